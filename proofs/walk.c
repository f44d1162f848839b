/* Proves core/walk.h, and what annotations/walk.acsl says of the tables on the way to a page, from their definitions. */
#define ASHLAR_WALK_DEFINED
#include "../core/walk.h"

/*@
  // x / 2^o.
  logic integer Halved(integer x, integer o) = o <= 0 ? x : Halved(x, o - 1) / 2;
  lemma shift_halves: \forall integer x, o; 0 <= x && 0 <= o <= 36 ==> (x >> o) == Halved(x, o);
  lemma halved_9: \forall integer x; 0 <= x ==> Halved(x, 9) == x / 512;
  lemma halved_18: \forall integer x; 0 <= x ==> Halved(x, 18) == x / 262144;
  lemma halved_27: \forall integer x; 0 <= x ==> Halved(x, 27) == x / 134217728;
  lemma halved_36: \forall integer x; 0 <= x ==> Halved(x, 36) == x / 68719476736;
  lemma shift_level: \forall integer x, k; 0 <= x && 0 <= k <= 4 ==> (x >> (9 * k)) == Prefix(x, k);
*/
