/* Proof of core/order.h, the only place where the provers see what Pow2, Up and Down are. */
#define ASHLAR_ORDER_DEFINED
#include "../core/order.h"

/*@
  lemma shift_one: \forall integer o; 0 <= o <= 18 ==> (1 << o) == Pow2(o);
  lemma shift_up: \forall integer x, o; 0 <= x && 0 <= o <= 18 ==> (x >> o) == Up(x, o);

  predicate Grows(integer o) = \forall integer a, b; a <= b ==> Down(a, o) <= Down(b, o);
  predicate Inside(integer o) = \forall integer x; 0 <= x ==> Down(Up(x, o), o) <= x < Down(Up(x, o) + 1, o);
*/

/*@ ghost
  void lemma_powers(void)
  {
  }

  void lemma_up(void)
  {
  }

  void lemma_times(uint32_t order)
  {
    /@ loop invariant range: 0 <= i <= order;
       loop invariant times: Times(i);
       loop assigns i;
       loop variant order - i;
    @/
    for (uint32_t i = 0; i < order; i++) {
    }
  }

  /@ requires range: order <= ORDER_LIMIT;
     assigns \nothing;
     ensures grows: Grows(order);
  @/
  void grows(uint32_t order)
  {
    /@ loop invariant range: 0 <= i <= order;
       loop invariant grows: Grows(i);
       loop assigns i;
       loop variant order - i;
    @/
    for (uint32_t i = 0; i < order; i++) {
    }
  }

  /@ requires range: order <= ORDER_LIMIT;
     assigns \nothing;
     ensures inside: Inside(order);
  @/
  void inside(uint32_t order)
  {
    /@ loop invariant range: 0 <= i <= order;
       loop invariant inside: Inside(i);
       loop assigns i;
       loop variant order - i;
    @/
    for (uint32_t i = 0; i < order; i++) {
      grows(i);
      /@ assert low: \forall integer x; 0 <= x ==> Down(2 * (Up(x, i) / 2), i) <= Down(Up(x, i), i); @/
      /@ assert high: \forall integer x; 0 <= x ==> Down(Up(x, i) + 1, i) <= Down(2 * (Up(x, i) / 2 + 1), i); @/
      /@ assert half: \forall integer x; 0 <= x ==> Up(x, i + 1) == Up(x, i) / 2; @/
      /@ assert down: \forall integer n; Down(n, i + 1) == Down(2 * n, i); @/
    }
  }

  void lemma_under(uint32_t order)
  {
    lemma_times(order);
    grows(order);
    inside(order);
    /@ assert next: \forall integer n; Down(n + 1, order) == Down(n, order) + Pow2(order); @/
    /@ assert low: \forall integer x, n; 0 <= x && n < Up(x, order) ==> Down(n + 1, order) <= Down(Up(x, order), order); @/
    /@ assert high: \forall integer x, n; 0 <= x && Up(x, order) < n ==> Down(Up(x, order) + 1, order) <= Down(n, order); @/
  }

  void lemma_down(uint32_t order)
  {
    lemma_times(order);
    /@ assert double: \forall integer n; Down(2 * n + 1, order) == (2 * n + 1) * Pow2(order); @/
  }
*/
