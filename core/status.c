#include "status.h"

const char *status_name(enum status status)
{
  switch (status) {
  case STATUS_OK:
    return "ok";
  case STATUS_OUT_OF_MEMORY:
    return "out of memory";
  case STATUS_BAD_ARGUMENT:
    return "bad argument";
  case STATUS_BAD_ORDER:
    return "bad order";
  case STATUS_OUT_OF_RANGE:
    return "out of range";
  case STATUS_MISALIGNED:
    return "misaligned";
  case STATUS_NO_SPACE:
    return "no space";
  case STATUS_TOO_MANY_ENTRIES:
    return "too many entries";
  case STATUS_NO_MEMORY:
    return "no memory";
  case STATUS_DOUBLE_FREE:
    return "double free";
  case STATUS_NOT_ALLOCATED:
    return "not allocated";
  case STATUS_RESERVED:
    return "reserved";
  case STATUS_WRONG_ORDER:
    return "wrong order";
  case STATUS_INTERIOR:
    return "interior";
  case STATUS_NOT_FREE:
    return "not free";
  case STATUS_NOT_RESERVED:
    return "not reserved";
  case STATUS_BAD_OWNER:
    return "bad owner";
  case STATUS_POISONED:
    return "poisoned";
  case STATUS_SATURATED:
    return "saturated";
  case STATUS_NOT_CANONICAL:
    return "not canonical";
  case STATUS_ALREADY_MAPPED:
    return "already mapped";
  case STATUS_NOT_MAPPED:
    return "not mapped";
  case STATUS_BAD_PERMISSION:
    return "bad permission";
  case STATUS_BAD_LEVEL:
    return "bad level";
  case STATUS_LARGER_PAGE:
    return "larger page";
  case STATUS_SMALLER_PAGES:
    return "smaller pages";
  case STATUS_COUNT:
    break;
  }
  return "unknown status";
}
