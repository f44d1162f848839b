/* What every fallible function of the core returns. One closed list: no errno,
 * no sentinel values. A call that returns anything but STATUS_OK changed nothing.
 */
#ifndef ASHLAR_STATUS_H
#define ASHLAR_STATUS_H

enum status {
  STATUS_OK,               /* done */
  STATUS_OUT_OF_MEMORY,    /* no free block, run or frame is large enough */
  STATUS_BAD_ARGUMENT,     /* a null pointer or a value no call can take */
  STATUS_BAD_ORDER,        /* order above BUDDY_MAX_ORDER */
  STATUS_OUT_OF_RANGE,     /* a frame, page or address beyond what is managed */
  STATUS_MISALIGNED,       /* not a multiple of the block's, frame's or page's size */
  STATUS_NO_SPACE,         /* the array or words the caller gave are too few */
  STATUS_TOO_MANY_ENTRIES, /* a firmware map or reservation list above its limit */
  STATUS_NO_MEMORY,        /* the firmware map has no usable frame at all */
  STATUS_DOUBLE_FREE,      /* asked to give back a frame that is free already */
  STATUS_NOT_ALLOCATED,    /* asked to use a frame that is free */
  STATUS_RESERVED,         /* the frame is reserved: never released or never RAM */
  STATUS_WRONG_ORDER, /* the block that starts here has another order; a page is larger than its block */
  STATUS_INTERIOR,       /* the frame lies inside an allocated block, not at its start */
  STATUS_NOT_FREE,       /* asked for a particular block or run that is not free */
  STATUS_NOT_RESERVED,   /* asked to release a frame that is not reserved */
  STATUS_BAD_OWNER,      /* an owner that the call cannot give or take */
  STATUS_POISONED,       /* the frame is poisoned */
  STATUS_SATURATED,      /* the reference count is at its maximum: pinned for ever */
  STATUS_NOT_CANONICAL,  /* the virtual address is not canonical */
  STATUS_ALREADY_MAPPED, /* the page has a translation */
  STATUS_NOT_MAPPED,     /* the page has no translation */
  STATUS_BAD_PERMISSION, /* unknown permission bits, or writable and executable at once */
  STATUS_BAD_LEVEL,      /* a page of no size there is: its level is not 1, 2 or 3 */
  STATUS_LARGER_PAGE,    /* the page lies inside a larger one that is mapped */
  STATUS_SMALLER_PAGES,  /* smaller pages are mapped inside the page */
  STATUS_COUNT           /* how many there are; never returned */
};

/* The status's name in words, as printed in traces and test output: "ok",
 * "out of memory", ... Never null: an unknown value gives "unknown status". O(1). */
/*@ assigns \nothing;
    ensures text: \valid_read(\result) && \result[0] != 0; */
const char *status_name(enum status status);

#endif
