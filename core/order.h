/* Layer 0: powers of two and the numbering of a binary tree, in which node n has the
 * children 2n and 2n + 1.
 *
 * Clients reason with Pow2, Up and Down alone and never see a shift. Every function
 * here is O(1). The ghost functions are lemmas: each brings in what it ensures.
 */
#ifndef ASHLAR_ORDER_H
#define ASHLAR_ORDER_H

#include "types.h"

#define ORDER_LIMIT 18u /* the largest order of any build */

#include "../annotations/order.acsl"

/*@ ghost
  /@ assigns \nothing;
     ensures powers: Powers;
     ensures known: PowersKnown;
     ensures bound: PowersBound;
  @/
  void lemma_powers(void);

  /@ assigns \nothing;
     ensures none: UpNone;
     ensures steps: UpSteps;
  @/
  void lemma_up(void);

  /@ requires range: order < ORDER_LIMIT;
     assigns \nothing;
     ensures none: DownNone;
     ensures step: DownStep(order);
  @/
  void lemma_down(uint32_t order);

  /@ requires range: order <= ORDER_LIMIT;
     assigns \nothing;
     ensures times: Times(order);
  @/
  void lemma_times(uint32_t order);

  /@ requires range: order <= ORDER_LIMIT;
     assigns \nothing;
     ensures under: Under(order);
  @/
  void lemma_under(uint32_t order);
*/

/* Frames in a block of an order (0 .. ORDER_LIMIT). */
/*@ requires range: order <= ORDER_LIMIT;
    assigns \nothing;
    ensures exact: \result == Pow2(order);
    ensures bound: 1 <= \result <= 0x40000;
*/
static inline uint64_t order_frames(uint32_t order)
{
  return (uint64_t)1 << order;
}

/* The node so many levels (0 .. ORDER_LIMIT) above a node. */
/*@ requires range: levels <= ORDER_LIMIT;
    assigns \nothing;
    ensures exact: \result == Up(node, levels);
*/
static inline uint64_t node_up(uint64_t node, uint32_t levels)
{
  return node >> levels;
}

/* The first node so many levels (0 .. ORDER_LIMIT) below a node, below 2^34. */
/*@ requires range: levels <= ORDER_LIMIT && node < 0x400000000;
    assigns \nothing;
    ensures exact: \result == Down(node, levels);
    ensures times: \result == node * Pow2(levels);
*/
static inline uint64_t node_down(uint64_t node, uint32_t levels)
{
  //@ ghost lemma_times(levels);
  return node * order_frames(levels);
}

#endif
