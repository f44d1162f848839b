/* Pages and their permissions, as the core names them whatever the entry format. */
#ifndef ASHLAR_PAGE_H
#define ASHLAR_PAGE_H

/* Bytes in a page. */
#define PAGE_SIZE 4096u

/* Entries in a table. */
#define TABLE_ENTRIES 512u

/* Permissions. Every mapping is readable. */
#define PAGE_WRITE 1u
#define PAGE_EXECUTE 2u
#define PAGE_USER 4u
#define PAGE_GLOBAL 8u
#define PAGE_UNOWNED 16u /* holds no reference to the frame: direct maps, devices */
#define PAGE_PERMISSIONS 31u

#endif
