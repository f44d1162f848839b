/* The four functions that compilers call by themselves. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);

void *memcpy(void *to, const void *from, size_t n)
{
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return result;
}

void *memmove(void *to, const void *from, size_t n)
{
  char *t = to;
  const char *f = from;
  if (t <= f || t >= f + n) {
    return memcpy(to, from, n);
  }
  while (n-- > 0) {
    __asm__ volatile("" : : : "memory"); /* or the loop becomes a call of memmove */
    t[n] = f[n];
  }
  return to;
}

void *memset(void *to, int value, size_t n)
{
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
  return result;
}

int memcmp(const void *a, const void *b, size_t n)
{
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < n; i++) {
    if (x[i] != y[i]) {
      return x[i] < y[i] ? -1 : 1;
    }
  }
  return 0;
}
