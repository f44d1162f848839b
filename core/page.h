/* Pages and their permissions, as the core names them whatever the entry format. */
#ifndef ASHLAR_PAGE_H
#define ASHLAR_PAGE_H

/* Bytes in a page of 4 KiB. */
#define PAGE_SIZE 4096u

/* Entries in a table. */
#define TABLE_ENTRIES 512u

/* A page is named by the level of the table whose entry maps it: 1 (4 KiB), 2 (2 MiB), 3 (1 GiB). */
#define PAGE_LEVELS 3u

/* Permissions. Every mapping is readable. */
#define PAGE_EXECUTE 1u
#define PAGE_WRITE 2u
#define PAGE_USER 4u
#define PAGE_WRITE_COMBINING 8u /* frame buffers: no cache, writes may be merged */
#define PAGE_UNCACHED 16u       /* device registers: no cache, no merging, in order */
#define PAGE_GLOBAL 32u
#define PAGE_UNOWNED 64u /* holds no reference to the frame: direct maps, devices */
#define PAGE_PERMISSIONS 127u

#endif
