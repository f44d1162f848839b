#include "buddy.h"

/*@ ghost
  /@ requires order: order < BUDDY_MAX_ORDER;
     assigns \nothing;
     ensures double: Pow2(order + 1) == 2 * Pow2(order);
  @/
  static void lemma_double(uint32_t order)
  {
    lemma_powers();
  }

  void lemma_numbers(const struct buddy *b)
  {
    lemma_powers();
    lemma_up();
    lemma_times(0);
    /@ loop invariant range: 0 <= i <= BUDDY_MAX_ORDER;
       loop invariant times: \forall integer o; 0 <= o <= i ==>
         First(b, BUDDY_MAX_ORDER - o) == b->roots * Pow2(o);
       loop assigns i;
       loop variant BUDDY_MAX_ORDER + 1 - i;
    @/
    for (uint32_t i = 0; i < BUDDY_MAX_ORDER; i++) {
      lemma_times(i + 1);
    }
    /@ assert first: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
         First(b, o) == b->roots * Pow2(BUDDY_MAX_ORDER - o); @/
    /@ assert half: \forall integer o; 0 <= o < BUDDY_MAX_ORDER ==>
         Pow2(BUDDY_MAX_ORDER - o) == 2 * Pow2(BUDDY_MAX_ORDER - o - 1); @/
    /@ assert halves: \forall integer o; 0 <= o < BUDDY_MAX_ORDER ==> First(b, o) == 2 * First(b, o + 1); @/
    /@ assert top: First(b, BUDDY_MAX_ORDER) == b->roots && First(b, 0) == Leaves(b); @/
    /@ loop invariant range: 0 <= i <= BUDDY_MAX_ORDER;
       loop invariant bound: \forall integer o; 0 <= o <= i ==> First(b, i) <= First(b, o) <= Leaves(b);
       loop invariant apart: \forall integer o, p; 0 <= o < p <= i ==> 2 * First(b, p) <= First(b, o);
       loop invariant above: \forall integer x, o; 0 <= o <= i && Leaf(b, x) ==> NodeOf(b, Up(x, o), o);
       loop invariant below: \forall integer n, o; 0 <= o <= i && NodeOf(b, n, o) ==>
         Leaves(b) <= Down(n, o) && Down(n, o) + Pow2(o) <= Nodes(b);
       loop assigns i;
       loop variant BUDDY_MAX_ORDER + 1 - i;
    @/
    for (uint32_t i = 0; i < BUDDY_MAX_ORDER; i++) {
      /@ assert step: First(b, i) == 2 * First(b, i + 1); @/
      lemma_double(i);
      lemma_down(i);
      /@ assert children: \forall integer n; NodeOf(b, n, i + 1) ==> NodeOf(b, 2 * n, i) && NodeOf(b, 2 * n + 1, i); @/
      /@ assert parent: \forall integer n; NodeOf(b, n, i) ==> NodeOf(b, n / 2, i + 1); @/
      /@ assert half: \forall integer x; Leaf(b, x) ==> Up(x, i + 1) == Up(x, i) / 2; @/
      /@ assert up: \forall integer x; Leaf(b, x) ==> NodeOf(b, Up(x, i + 1), i + 1); @/
      /@ assert left: \forall integer n; NodeOf(b, n, i + 1) ==> Leaves(b) <= Down(2 * n, i); @/
      /@ assert right: \forall integer n; NodeOf(b, n, i + 1) ==> Down(2 * n + 1, i) + Pow2(i) <= Nodes(b); @/
    }
  }

  /@ requires layout: BuddyLayout(b);
     requires tree: Tree(b);
     assigns \nothing;
     ensures above: SplitAbove(b);
     ensures alone: FreeAlone(b);
  @/
  static void lemma_tree(const struct buddy *b)
  {
    lemma_numbers(b);
    lemma_up();
    /@ loop invariant range: 0 <= i <= BUDDY_MAX_ORDER;
       loop invariant above: \forall integer p; 0 < p <= i ==> SplitAt(b, p);
       loop assigns i;
       loop variant BUDDY_MAX_ORDER - i;
    @/
    for (uint32_t i = 0; i < BUDDY_MAX_ORDER; i++) {
      /@ assert root: \forall integer n; NodeOf(b, n, i) ==> 2 * b->roots <= n; @/
      /@ assert half: \forall integer x; Leaf(b, x) ==>
           Up(x, i + 1) == Up(x, i) / 2 && NodeOf(b, Up(x, i), i) && Node(b, Up(x, i)); @/
      /@ assert last: \forall integer x; Leaf(b, x) && Present(b, Up(x, i)) ==> Split(b, Up(x, i + 1)); @/
      /@ assert here: 0 < i ==> SplitAt(b, i); @/
      /@ assert lower: \forall integer x, o; Leaf(b, x) && 0 <= o < i && Present(b, Up(x, o)) ==> Split(b, Up(x, i)); @/
      /@ assert before: \forall integer x, o; Leaf(b, x) && 0 <= o < i && Present(b, Up(x, o)) ==>
           Split(b, Up(x, i + 1)); @/
      /@ assert next: SplitAt(b, i + 1); @/
    }
    /@ assert nodes: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER ==> Node(b, Up(x, o)); @/
    /@ assert at: \forall integer o; 0 < o <= BUDDY_MAX_ORDER ==> SplitAt(b, o); @/
    /@ assert absent: \forall integer x, o, p; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER && 0 <= p < o && !Split(b, Up(x, o)) ==>
         Node(b, Up(x, p)) && !Present(b, Up(x, p)); @/
  }

  /@ requires layout: BuddyLayout(b);
     requires tree: Tree(b);
     requires node: NodeOf(b, node, order);
     assigns \nothing;
     ensures above: Present(b, node) ==> AllAbove(b, node, order);
     ensures below: !Split(b, node) ==> NoneBelow(b, node, order);
  @/
  static void lemma_above(const struct buddy *b, uint64_t node, uint32_t order)
  {
    lemma_tree(b);
    lemma_numbers(b);
    /@ assert above: \forall integer o; order < o <= BUDDY_MAX_ORDER ==> SplitAt(b, o); @/
    /@ assert nodes: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER ==> Node(b, Up(x, o)); @/
    /@ assert split: Present(b, node) ==> \forall integer x, o; Leaf(b, x) && Up(x, order) == node && order < o <= BUDDY_MAX_ORDER ==>
         Split(b, Up(x, o)); @/
    /@ assert here: 0 < order ==> SplitAt(b, order); @/
    /@ assert absent: !Split(b, node) ==> \forall integer x, o; Leaf(b, x) && Up(x, order) == node && 0 <= o < order ==>
         Node(b, Up(x, o)) && !Present(b, Up(x, o)); @/
  }

  /@ requires order: order <= BUDDY_MAX_ORDER;
     assigns \nothing;
     ensures size: 1 <= Pow2(order) <= BUDDY_ROOT_FRAMES;
  @/
  static void lemma_size(uint32_t order)
  {
    lemma_powers();
    /@ loop invariant range: order <= i <= BUDDY_MAX_ORDER;
       loop invariant grows: 1 <= Pow2(order) <= Pow2(i);
       loop assigns i;
       loop variant BUDDY_MAX_ORDER - i;
    @/
    for (uint32_t i = order; i < BUDDY_MAX_ORDER; i++) {
      /@ assert twice: Pow2(i + 1) == 2 * Pow2(i); @/
    }
    /@ assert largest: Pow2(BUDDY_MAX_ORDER) == BUDDY_ROOT_FRAMES; @/
  }

  /@ requires state: BuddyState(b);
     requires whole: NodeOf(b, node, order) && Present(b, node) && !Split(b, node);
     assigns \nothing;
     ensures up: Leaf(b, Down(node, order)) && Up(Down(node, order), order) == node;
     ensures size: 1 <= Pow2(order) <= BUDDY_ROOT_FRAMES;
     ensures names: BlockNames(b, node, order);
     ensures block: Block(b, Down(node, order) - Leaves(b), order);
     ensures run: \forall integer x; Leaf(b, x) ==>
       (Up(x, order) == node <==> Down(node, order) <= x < Down(node, order) + Pow2(order));
     ensures free: Free(b, node) ==> \forall integer x; Leaf(b, x) && Up(x, order) == node ==> FreeLeaf(b, x);
     ensures used: !Free(b, node) ==> \forall integer x; Leaf(b, x) && Up(x, order) == node ==> !FreeLeaf(b, x);
  @/
  static void lemma_block(const struct buddy *b, uint64_t node, uint32_t order)
  {
    lemma_size(order);
    lemma_above(b, node, order);
    lemma_numbers(b);
    lemma_powers();
    lemma_up();
    lemma_under(order);
    /@ assert nodes: \forall integer f, o; Block(b, f, o) ==> Leaf(b, Leaves(b) + f) && NodeOf(b, Up(Leaves(b) + f, o), o); @/
    /@ assert apart: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && NodeOf(b, node, o) ==> o == order; @/
    /@ assert leaves: Leaves(b) <= Down(node, order) && Down(node, order) + Pow2(order) <= Nodes(b); @/
    /@ assert under: \forall integer x; Down(node, order) <= x < Down(node, order) + Pow2(order) ==>
         Leaf(b, x) && Up(x, order) == node && Up(x, 0) == x; @/
    /@ assert leaf: order == 0 ==> \forall integer x; Leaf(b, x) && Up(x, order) == node ==> x == node; @/
    /@ assert whole: \forall integer x; Leaf(b, x) && Up(x, order) == node ==> !Split(b, Up(x, 0)); @/
    /@ assert last: Leaf(b, Down(node, order) + Pow2(order) - 1) && Up(Down(node, order) + Pow2(order) - 1, order) == node &&
         Up(Down(node, order) + Pow2(order) - 1, 0) == Down(node, order) + Pow2(order) - 1; @/
    /@ assert end: !Split(b, Down(node, order) + Pow2(order) - 1); @/
    /@ assert here: \forall integer x; Leaf(b, x) && Up(x, order) == node && Free(b, node) ==> Free(b, Up(x, order)); @/
  }

  /@ requires layout: BuddyLayout(b);
     assigns \nothing;
     ensures under: AllUnder;
     ensures first: FirstUnder(b);
  @/
  static void lemma_under_all(const struct buddy *b)
  {
    lemma_numbers(b);
    lemma_powers();
    /@ loop invariant range: 0 <= i <= BUDDY_ORDERS;
       loop invariant under: \forall integer o; 0 <= o < i ==> Under(o);
       loop assigns i;
       loop variant BUDDY_ORDERS - i;
    @/
    for (uint32_t i = 0; i < BUDDY_ORDERS; i++) {
      lemma_under(i);
    }
  }

  /@ requires layout: BuddyLayout(b);
     requires node: 0 < order <= BUDDY_MAX_ORDER && NodeOf(b, node, order);
     assigns \nothing;
     ensures first: Down(2 * node, order - 1) == Down(node, order);
     ensures half: Up(Down(2 * node, order - 1), order - 1) == 2 * node;
  @/
  static void lemma_first_half(const struct buddy *b, uint64_t node, uint32_t order)
  {
    lemma_numbers(b);
    lemma_down(order - 1);
    lemma_under(order - 1);
    lemma_size(order - 1);
  }

  /@ requires state: BuddyState(b);
     assigns \nothing;
     ensures under: AllUnder;
     ensures first: FirstUnder(b);
     ensures blocks: WholeBlocks(b);
     ensures one: OneBlock(b);
     ensures reserved: ReservedApart(b);
  @/
  static void lemma_blocks(const struct buddy *b)
  {
    lemma_numbers(b);
    lemma_powers();
    lemma_tree(b);
    lemma_up();
    lemma_under_all(b);
    /@ assert leaf: \forall integer x, o; Leaf(b, x) && 0 < o <= BUDDY_MAX_ORDER && !Split(b, Up(x, o)) ==>
         Up(x, 0) == x && !Split(b, Up(x, 0)); @/
    /@ assert bottom: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER && !Split(b, Up(x, o)) ==>
         !Split(b, x); @/
    /@ assert last: \forall integer n, o; NodeOf(b, n, o) ==>
         Leaf(b, Down(n, o) + Pow2(o) - 1) && Up(Down(n, o) + Pow2(o) - 1, o) == n; @/
    /@ assert unreserved: \forall integer n, o; NodeOf(b, n, o) && !Split(b, n) ==> !Split(b, Down(n, o) + Pow2(o) - 1); @/
    /@ assert whole: \forall integer n, o; NodeOf(b, n, o) && !Split(b, n) ==> Down(n, o) + Pow2(o) <= Leaves(b) + b->nframes; @/
    /@ assert nodes: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER ==> Node(b, Up(x, o)); @/
    /@ assert present: \forall integer x, o, p; Leaf(b, x) && 0 <= o < p <= BUDDY_MAX_ORDER && Present(b, Up(x, o)) ==>
         Split(b, Up(x, p)); @/
    /@ assert above: \forall integer x, o, p; Leaf(b, x) && 0 <= o < p <= BUDDY_MAX_ORDER && Present(b, Up(x, o)) ==>
         !Free(b, Up(x, p)); @/
    /@ assert bottom_up: \forall integer x, p; Leaf(b, x) && Split(b, x) && 0 < p <= BUDDY_MAX_ORDER ==>
         Up(x, 0) == x && Present(b, Up(x, 0)) && !Free(b, Up(x, p)); @/
    /@ assert bottom_free: \forall integer x; Leaf(b, x) && Split(b, x) ==> Up(x, 0) == x && !Free(b, Up(x, 0)); @/
    /@ assert apart: \forall integer x, o, p; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER && 0 <= p <= BUDDY_MAX_ORDER &&
         Used(b, Up(x, o)) ==> !Free(b, Up(x, p)); @/
    /@ assert unused: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER && Used(b, Up(x, o)) ==>
         !FreeLeaf(b, x); @/
  }

  /@ requires layout: BuddyLayout(b);
     requires tree: Tree(b);
     requires node: NodeOf(b, node, order);
     assigns \nothing;
     ensures free: AllFree(b, node, order) && NoFreeBelow(b, node, order) && Present(b, node) ==> Free(b, node);
  @/
  static void lemma_all_free(const struct buddy *b, uint64_t node, uint32_t order)
  {
    lemma_numbers(b);
    lemma_under_all(b);
    lemma_above(b, node, order);
    /@ assert first: Leaf(b, Down(node, order)) && Up(Down(node, order), order) == node; @/
    /@ assert leaf: AllFree(b, node, order) ==> FreeLeaf(b, Down(node, order)); @/
    /@ assert above: Present(b, node) ==> \forall integer p; order < p <= BUDDY_MAX_ORDER ==>
         !Free(b, Up(Down(node, order), p)); @/
  }

  /@ requires layout: BuddyLayout(b);
     requires tree: Tree(b);
     requires coalesced: Coalesced(b);
     requires node: order < BUDDY_MAX_ORDER && NodeOf(b, node, order + 1);
     requires halves: FreeWhole(b, order);
     assigns \nothing;
     ensures whole: AllFree(b, node, order + 1) ==> NoFreeBelow(b, node, order + 1);
  @/
  static void lemma_halves(const struct buddy *b, uint64_t node, uint32_t order)
  {
    lemma_numbers(b);
    lemma_up();
    /@ assert nodes: NodeOf(b, 2 * node, order) && NodeOf(b, 2 * node + 1, order) && 2 * b->roots <= 2 * node; @/
    lemma_all_free(b, 2 * node, order);
    lemma_all_free(b, 2 * node + 1, order);
    /@ assert half: \forall integer x; Leaf(b, x) ==> Up(x, order + 1) == Up(x, order) / 2; @/
    /@ assert left: AllFree(b, node, order + 1) ==> AllFree(b, 2 * node, order); @/
    /@ assert right: AllFree(b, node, order + 1) ==> AllFree(b, 2 * node + 1, order); @/
    /@ assert below: AllFree(b, node, order + 1) ==> NoFreeBelow(b, 2 * node, order) && NoFreeBelow(b, 2 * node + 1, order); @/
    /@ assert present: Free(b, 2 * node) || Free(b, 2 * node + 1) ==> Present(b, 2 * node) && Present(b, 2 * node + 1); @/
    /@ assert both: AllFree(b, node, order + 1) && (Free(b, 2 * node) || Free(b, 2 * node + 1)) ==>
         Free(b, 2 * node) && Free(b, 2 * node + 1); @/
    /@ assert apart: AllFree(b, node, order + 1) ==> !Free(b, 2 * node) && !Free(b, 2 * node + 1); @/
    /@ assert halves: \forall integer x; Leaf(b, x) && Up(x, order + 1) == node ==>
         Up(x, order) == 2 * node || Up(x, order) == 2 * node + 1; @/
  }

  /@ requires layout: BuddyLayout(b);
     requires tree: Tree(b);
     requires coalesced: Coalesced(b);
     assigns \nothing;
     ensures whole: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> FreeWhole(b, o);
  @/
  static void lemma_free_whole(const struct buddy *b)
  {
    lemma_numbers(b);
    /@ loop invariant range: 0 <= i <= BUDDY_MAX_ORDER;
       loop invariant whole: \forall integer o; 0 <= o <= i ==> FreeWhole(b, o);
       loop assigns i;
       loop variant BUDDY_MAX_ORDER - i;
    @/
    for (uint32_t i = 0; i < BUDDY_MAX_ORDER; i++) {
      uint64_t first = b->roots;
      /@ loop invariant range: 0 <= k <= BUDDY_MAX_ORDER - i - 1;
         loop invariant first: first == First(b, BUDDY_MAX_ORDER - k);
         loop assigns k, first;
         loop variant BUDDY_MAX_ORDER - i - 1 - k;
      @/
      for (uint32_t k = 0; k < BUDDY_MAX_ORDER - i - 1; k++) {
        /@ assert half: First(b, BUDDY_MAX_ORDER - (k + 1)) == 2 * First(b, BUDDY_MAX_ORDER - k); @/
        first = 2 * first;
      }
      /@ assert first: first == First(b, i + 1); @/
      /@ loop invariant range: first <= n <= 2 * first;
         loop invariant whole: \forall integer m; first <= m < n && AllFree(b, m, i + 1) ==> NoFreeBelow(b, m, i + 1);
         loop assigns n;
         loop variant 2 * first - n;
      @/
      for (uint64_t n = first; n < 2 * first; n++) {
        lemma_halves(b, n, i);
      }
      /@ assert next: FreeWhole(b, i + 1); @/
    }
  }

  void lemma_allocated(const struct buddy *b)
  {
    lemma_blocks(b);
    lemma_powers();
    /@ assert leaves: BlockLeaves(b); @/
  }

  void lemma_free(const struct buddy *b)
  {
    lemma_blocks(b);
    lemma_tree(b);
    lemma_powers();
    lemma_numbers(b);
    /@ assert leaves: BlockLeaves(b); @/
    /@ assert nodes: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER ==> Node(b, Up(x, o)); @/
    /@ assert one: OneFree(b); @/
  }

  /@ requires valid: BuddyValid(b);
     requires empty: \forall integer n, o; NodeOf(b, n, o) ==> !Free(b, n);
     assigns \nothing;
     ensures none: b->free_frames == 0;
  @/
  static void lemma_nothing_free(const struct buddy *b)
  {
    lemma_numbers(b);
    /@ assert bare: \forall integer x, o; Leaf(b, x) && 0 <= o <= BUDDY_MAX_ORDER ==> !Free(b, Up(x, o)); @/
    /@ assert leaves: \forall integer x; Leaf(b, x) ==> !FreeLeaf(b, x); @/
    /@ assert managed: NoLeafFree(b, Leaves(b), Leaves(b) + b->nframes); @/
    /@ assert none: CountedLeaves(b, Leaves(b), b->nframes, 0); @/
    /@ assert counted: CountedLeaves(b, Leaves(b), b->nframes, b->free_frames); @/
    /@ assert fixed: LeafFixed(b, Leaves(b), b->nframes); @/
  }
*/

/* All frames, with the reserved tail that makes them a multiple of the largest block. */
/*@ requires layout: \valid_read(buddy);
    assigns \nothing;
    ensures exact: \result == Leaves(buddy);
*/
static uint64_t leaves(const struct buddy *buddy)
{
  return buddy->roots * BUDDY_ROOT_FRAMES;
}

/*@ requires memory: BuddyMemory(buddy);
    requires range: node < Nodes(buddy);
    assigns \nothing;
    ensures exact: \result <==> Free(buddy, node);
*/
static bool is_free(const struct buddy *buddy, uint64_t node)
{
  return bitset_has(&buddy->free, node);
}

/*@ requires memory: BuddyMemory(buddy);
    requires range: node < Nodes(buddy);
    assigns \nothing;
    ensures exact: \result <==> Split(buddy, node);
*/
static bool is_split(const struct buddy *buddy, uint64_t node)
{
  return words_has(buddy->split, node);
}

/* Roots are present; any other node is if its parent is split. */
/*@ requires memory: BuddyMemory(buddy);
    requires range: node < Nodes(buddy);
    assigns \nothing;
    ensures exact: \result <==> Present(buddy, node);
*/
static bool is_present(const struct buddy *buddy, uint64_t node)
{
  return node < 2 * (uint64_t)buddy->roots || is_split(buddy, node / 2);
}

/*@ requires memory: BuddyMemory(buddy);
    requires range: Node(buddy, node);
    assigns \nothing;
    ensures exact: \result <==> Used(buddy, node);
*/
static bool is_used(const struct buddy *buddy, uint64_t node)
{
  return !is_free(buddy, node) && !is_split(buddy, node) && is_present(buddy, node);
}

/* Puts a node among the split ones. */
/*@ requires layout: BuddyLayout(buddy);
    requires range: node < Nodes(buddy);
    assigns buddy->split[0 .. Nodes(buddy) / 64 - 1];
    ensures added: Split(buddy, node);
    ensures others: SplitBut{Old, Here}(buddy, node);
    ensures free: SameBitset{Old, Here}(&buddy->free);
*/
static void add_split(struct buddy *buddy, uint64_t node)
{
  words_add(buddy->split, node);
}

/* Cuts a used block in two used halves; or reserves a used leaf. */
/*@ requires state: BuddyState(buddy);
    requires used: Used(buddy, node);
    assigns buddy->split[0 .. Nodes(buddy) / 64 - 1];
    ensures state: BuddyState(buddy);
    ensures split: Split(buddy, node);
    ensures others: SplitBut{Old, Here}(buddy, node);
    ensures free: SameFree{Old, Here}(buddy);
    ensures leaves: SameLeaves{Old, Here}(buddy);
    ensures used: UsedCut{Old, Here}(buddy, node);
*/
static void set_split(struct buddy *buddy, uint64_t node)
{
  //@ ghost lemma_numbers(buddy);
  add_split(buddy, node);
  //@ assert free: SameFree{Pre, Here}(buddy);
  //@ assert others: SplitBut{Pre, Here}(buddy, node);
  //@ assert layout: BuddyLayout(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  /*@ assert same: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        (Free(buddy, Up(x, o)) <==> \at(Free(buddy, Up(x, o)), Pre)); */
  //@ assert leaves: SameLeaves{Pre, Here}(buddy);
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert plus: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  /*@ assert kept: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        OrderCount{Pre}(buddy, o) && buddy->count[o] == \at(buddy->count[o], Pre); */
  /*@ assert each: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> OrderCount(buddy, o); */
  //@ assert orders: OrderCounts(buddy);
  //@ assert mask: Mask(buddy) && Hints(buddy);
  //@ assert present: \forall integer n; Node(buddy, n) && \at(Present(buddy, n), Pre) ==> Present(buddy, n);
  //@ assert whole: \forall integer n; Node(buddy, n) && Free(buddy, n) ==> Present(buddy, n) && !Split(buddy, n);
  //@ assert parents: \forall integer n; Node(buddy, n) && Split(buddy, n) ==> Present(buddy, n);
  //@ assert tree: Tree(buddy);
}

/* Takes a node out of the split ones. */
/*@ requires layout: BuddyLayout(buddy);
    requires range: node < Nodes(buddy);
    assigns buddy->split[0 .. Nodes(buddy) / 64 - 1];
    ensures removed: !Split(buddy, node);
    ensures others: SplitBut{Old, Here}(buddy, node);
    ensures free: SameBitset{Old, Here}(&buddy->free);
*/
static void remove_split(struct buddy *buddy, uint64_t node)
{
  words_remove(buddy->split, node);
}

/* Joins the two halves of a split block, which are used up, to a used one; or takes a leaf
 * out of the reserve. */
/*@ requires state: BuddyState(buddy);
    requires split: Node(buddy, node) && Split(buddy, node) && node < Leaves(buddy) + buddy->nframes;
    requires halves: node < Leaves(buddy) ==> !Split(buddy, 2 * node) && !Split(buddy, 2 * node + 1) &&
      !Free(buddy, 2 * node) && !Free(buddy, 2 * node + 1);
    assigns buddy->split[0 .. Nodes(buddy) / 64 - 1];
    ensures state: BuddyState(buddy);
    ensures others: SplitBut{Old, Here}(buddy, node);
    ensures free: SameFree{Old, Here}(buddy);
    ensures leaves: SameLeaves{Old, Here}(buddy);
    ensures used: UsedJoined{Old, Here}(buddy, node);
*/
static void clear_split(struct buddy *buddy, uint64_t node)
{
  //@ ghost lemma_numbers(buddy);
  //@ assert whole: !Free(buddy, node);
  remove_split(buddy, node);
  //@ assert free: SameFree{Pre, Here}(buddy);
  //@ assert others: SplitBut{Pre, Here}(buddy, node);
  //@ assert layout: BuddyLayout(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  /*@ assert same: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        (Free(buddy, Up(x, o)) <==> \at(Free(buddy, Up(x, o)), Pre)); */
  //@ assert leaves: SameLeaves{Pre, Here}(buddy);
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert plus: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  /*@ assert kept: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        OrderCount{Pre}(buddy, o) && buddy->count[o] == \at(buddy->count[o], Pre); */
  /*@ assert each: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> OrderCount(buddy, o); */
  //@ assert orders: OrderCounts(buddy);
  //@ assert mask: Mask(buddy) && Hints(buddy);
  /*@ assert present: \forall integer n; Node(buddy, n) && n != 2 * node && n != 2 * node + 1 ==>
        (Present(buddy, n) <==> \at(Present(buddy, n), Pre)); */
  //@ assert whole: \forall integer n; Node(buddy, n) && Free(buddy, n) ==> Present(buddy, n) && !Split(buddy, n);
  //@ assert parents: \forall integer n; Node(buddy, n) && Split(buddy, n) ==> Present(buddy, n);
  //@ assert tree: Tree(buddy);
}

/* One more free block of an order. */
/*@ requires layout: BuddyLayout(buddy);
    requires node: NodeOf(buddy, node, order);
    requires room: buddy->count[order] <= Leaves(buddy);
    requires counts: Mask(buddy) && Hints(buddy);
    assigns buddy->count[order], buddy->orders, buddy->hint[order];
    ensures counted: buddy->count[order] == \old(buddy->count[order]) + 1;
    ensures others: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
      buddy->count[o] == \old(buddy->count[o]);
    ensures hint: buddy->hint[order] == node;
    ensures mask: Mask(buddy);
    ensures hints: Hints(buddy);
    ensures free: SameBitset{Old, Here}(&buddy->free);
    ensures nodes: SameFree{Old, Here}(buddy);
    ensures split: SameSplit{Old, Here}(buddy);
*/
static void count_more(struct buddy *buddy, uint64_t node, uint32_t order)
{
  buddy->count[order]++;
  buddy->orders = word_add(buddy->orders, order);
  buddy->hint[order] = node;
}

/* One free block of an order less. */
/*@ requires layout: BuddyLayout(buddy);
    requires order: order <= BUDDY_MAX_ORDER;
    requires some: buddy->count[order] > 0;
    requires counts: Mask(buddy) && Hints(buddy);
    assigns buddy->count[order], buddy->orders;
    ensures counted: buddy->count[order] == \old(buddy->count[order]) - 1;
    ensures others: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
      buddy->count[o] == \old(buddy->count[o]);
    ensures mask: Mask(buddy);
    ensures hints: Hints(buddy);
    ensures free: SameBitset{Old, Here}(&buddy->free);
    ensures nodes: SameFree{Old, Here}(buddy);
    ensures split: SameSplit{Old, Here}(buddy);
*/
static void count_less(struct buddy *buddy, uint32_t order)
{
  buddy->count[order]--;
  if (buddy->count[order] == 0)
    buddy->orders = word_remove(buddy->orders, order);
}

/* Adds a node to the free ones. */
/*@ requires layout: BuddyLayout(buddy);
    requires range: node < Nodes(buddy);
    assigns buddy->free.words[0 .. buddy->free.nwords - 1];
    ensures layout: BuddyLayout(buddy);
    ensures added: Free(buddy, node);
    ensures others: FreeBut{Old, Here}(buddy, node);
    ensures split: SameSplit{Old, Here}(buddy);
*/
static void add_free(struct buddy *buddy, uint64_t node)
{
  //@ assert index: \forall integer n; 0 <= n < Nodes(buddy) ==> 0 <= n / 64 <= Nodes(buddy) / 64 - 1;
  bitset_add(&buddy->free, node);
  //@ assert words: \forall integer i; 0 <= i <= Nodes(buddy) / 64 - 1 ==> buddy->split[i] == \at(buddy->split[i], Pre);
}

/* Takes a node out of the free ones. */
/*@ requires layout: BuddyLayout(buddy);
    requires range: node < Nodes(buddy);
    assigns buddy->free.words[0 .. buddy->free.nwords - 1];
    ensures layout: BuddyLayout(buddy);
    ensures removed: !Free(buddy, node);
    ensures others: FreeBut{Old, Here}(buddy, node);
    ensures split: SameSplit{Old, Here}(buddy);
*/
static void remove_free(struct buddy *buddy, uint64_t node)
{
  //@ assert index: \forall integer n; 0 <= n < Nodes(buddy) ==> 0 <= n / 64 <= Nodes(buddy) / 64 - 1;
  bitset_remove(&buddy->free, node);
  //@ assert words: \forall integer i; 0 <= i <= Nodes(buddy) / 64 - 1 ==> buddy->split[i] == \at(buddy->split[i], Pre);
}

/* Makes a used block, whose sibling is not free, free: set, count, mask and hint together. */
/*@ requires state: BuddyState(buddy);
    requires used: NodeOf(buddy, node, order) && Used(buddy, node);
    requires sibling: \forall integer n; 2 * buddy->roots <= node && n / 2 == node / 2 && n != node ==> !Free(buddy, n);
    assigns buddy->free.words[0 .. buddy->free.nwords - 1], buddy->count[order], buddy->orders, buddy->hint[order];
    ensures state: BuddyState(buddy);
    ensures free: Free(buddy, node);
    ensures others: FreeBut{Old, Here}(buddy, node);
    ensures split: SameSplit{Old, Here}(buddy);
    ensures leaves: LeavesMore{Old, Here}(buddy, node, order);
    ensures used: UsedLess{Old, Here}(buddy, node);
*/
static inline void put_node(struct buddy *buddy, uint64_t node, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  //@ assert bounds: CountBounds(buddy, First(buddy, order), First(buddy, order));
  //@ assert none: NoneCounted(buddy, First(buddy, order), First(buddy, order));
  //@ assert room: buddy->count[order] <= First(buddy, order) <= Leaves(buddy);
  count_more(buddy, node, order);
  //@ assert layout: BuddyLayout(buddy);
  //@ assert same_free: SameFree{Pre, Here}(buddy);
  //@ assert same_split: SameSplit{Pre, Here}(buddy);
  //@ ghost Counted:;
  add_free(buddy, node);
  //@ assert others: FreeBut{Pre, Here}(buddy, node);
  //@ assert split: SameSplit{Pre, Here}(buddy);
  //@ assert more: RangeMore{Pre, Here}(buddy, First(buddy, order), node);
  //@ assert plus: CountsPlus{Pre, Here}(buddy, First(buddy, order), First(buddy, order), 1);
  /*@ assert apart: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==> !NodeOf(buddy, node, o); */
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert same: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  /*@ assert fields: buddy->orders == \at(buddy->orders, Counted) && \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        buddy->count[o] == \at(buddy->count[o], Counted) && buddy->hint[o] == \at(buddy->hint[o], Counted); */
  //@ assert mask: Mask(buddy) && Hints(buddy);
  //@ assert counted: OrderCount{Pre}(buddy, order) && buddy->count[order] == \at(buddy->count[order], Pre) + 1;
  //@ assert this: OrderCount(buddy, order);
  /*@ assert kept: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        OrderCount{Pre}(buddy, o) && buddy->count[o] == \at(buddy->count[o], Pre); */
  //@ assert rest: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==> OrderCount(buddy, o);
  //@ assert orders: OrderCounts(buddy);
  //@ assert present: \forall integer n; Node(buddy, n) ==> (Present(buddy, n) <==> \at(Present(buddy, n), Pre));
  //@ assert tree: Tree(buddy);
  //@ assert coalesced: Coalesced(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  /*@ assert moved: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        (Free(buddy, Up(x, o)) <==> \at(Free(buddy, Up(x, o)), Pre) || Up(x, o) == node); */
  /*@ assert only: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER && Up(x, o) == node ==> o == order; */
}

/* Makes a free block used. */
/*@ requires state: BuddyState(buddy);
    requires free: NodeOf(buddy, node, order) && Free(buddy, node);
    assigns buddy->free.words[0 .. buddy->free.nwords - 1], buddy->count[order], buddy->orders;
    ensures state: BuddyState(buddy);
    ensures removed: !Free(buddy, node);
    ensures others: FreeBut{Old, Here}(buddy, node);
    ensures split: SameSplit{Old, Here}(buddy);
    ensures leaves: LeavesLess{Old, Here}(buddy, node, order);
    ensures used: UsedMore{Old, Here}(buddy, node);
*/
static inline void take_node(struct buddy *buddy, uint64_t node, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_tree(buddy);
  //@ assert none: NoneCounted(buddy, First(buddy, order), First(buddy, order));
  //@ assert bounds: CountBounds(buddy, First(buddy, order), First(buddy, order));
  //@ assert some: buddy->count[order] > 0;
  count_less(buddy, order);
  //@ assert layout: BuddyLayout(buddy);
  //@ assert same_free: SameFree{Pre, Here}(buddy);
  //@ assert same_split: SameSplit{Pre, Here}(buddy);
  //@ ghost Counted:;
  remove_free(buddy, node);
  //@ assert others: FreeBut{Pre, Here}(buddy, node);
  //@ assert split: SameSplit{Pre, Here}(buddy);
  //@ assert less: RangeLess{Pre, Here}(buddy, First(buddy, order), node);
  //@ assert minus: CountsPlus{Pre, Here}(buddy, First(buddy, order), First(buddy, order), -1);
  /*@ assert apart: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==> !NodeOf(buddy, node, o); */
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert same: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  /*@ assert fields: buddy->orders == \at(buddy->orders, Counted) && \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        buddy->count[o] == \at(buddy->count[o], Counted) && buddy->hint[o] == \at(buddy->hint[o], Counted); */
  //@ assert mask: Mask(buddy) && Hints(buddy);
  //@ assert counted: OrderCount{Pre}(buddy, order) && buddy->count[order] == \at(buddy->count[order], Pre) - 1;
  //@ assert this: OrderCount(buddy, order);
  /*@ assert kept: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==>
        OrderCount{Pre}(buddy, o) && buddy->count[o] == \at(buddy->count[o], Pre); */
  //@ assert rest: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && o != order ==> OrderCount(buddy, o);
  //@ assert orders: OrderCounts(buddy);
  //@ assert present: \forall integer n; Node(buddy, n) ==> (Present(buddy, n) <==> \at(Present(buddy, n), Pre));
  //@ assert tree: Tree(buddy);
  //@ assert coalesced: Coalesced(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  /*@ assert moved: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        (Free(buddy, Up(x, o)) <==> \at(Free(buddy, Up(x, o)), Pre) && Up(x, o) != node); */
  /*@ assert only: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER && Up(x, o) == node ==> o == order; */
  /*@ assert alone: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER && Up(x, order) == node ==>
        !Free(buddy, Up(x, o)); */
}

/* Blocks of the largest order that cover so many frames. */
/*@ requires range: nframes <= FRAMES_MAX;
    assigns \nothing;
    ensures exact: \result == RootsFor(nframes);
    ensures cover: nframes <= \result * BUDDY_ROOT_FRAMES <= FRAMES_MAX;
    ensures some: 1 <= nframes ==> 1 <= \result;
*/
static uint64_t roots_for(uint64_t nframes)
{
  return (nframes + BUDDY_ROOT_FRAMES - 1) / BUDDY_ROOT_FRAMES;
}

/* The first node of an order, and the number of its nodes. */
/*@ requires memory: \valid_read(buddy);
    requires order: order <= BUDDY_MAX_ORDER;
    assigns \nothing;
    ensures exact: \result == First(buddy, order);
*/
static uint64_t first_node(const struct buddy *buddy, uint32_t order)
{
  return node_down(buddy->roots, BUDDY_MAX_ORDER - order);
}

/* The other half of a block that is no root. */
/*@ requires range: 1 <= node <= 2 * FRAMES_MAX;
    assigns \nothing;
    ensures exact: \result == Sibling(node);
    ensures parent: \result / 2 == node / 2 && \result != node;
*/
static uint64_t sibling(uint64_t node)
{
  return node + 1 - 2 * (node % 2);
}

/* Cuts a used block in two: the half kept stays used, the other becomes free. */
/*@ requires state: BuddyState(buddy);
    requires used: 1 <= order && NodeOf(buddy, node, order) && Used(buddy, node);
    requires half: kept / 2 == node;
    assigns BUDDY_CHANGES(buddy);
    ensures state: BuddyState(buddy);
    ensures leaves: LeavesMore{Old, Here}(buddy, Sibling(kept), order - 1);
    ensures used: UsedMoved{Old, Here}(buddy, node, kept);
    ensures reserved: SameLeafSplit{Old, Here}(buddy);
    ensures frames: buddy->free_frames == \old(buddy->free_frames);
*/
static inline void split_node(struct buddy *buddy, uint64_t node, uint64_t kept, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  set_split(buddy, node);
  //@ ghost Cut:;
  //@ assert used: Used(buddy, kept) && Used(buddy, Sibling(kept));
  //@ assert reserved: SameLeafSplit{Pre, Here}(buddy);
  put_node(buddy, sibling(kept), order - 1);
  //@ assert reserved: SameLeafSplit{Cut, Here}(buddy);
}

/* A free block of this order, known to exist: the one freed last if it is still there,
 * else the lowest. */
/*@ requires state: BuddyState(buddy);
    requires some: order <= BUDDY_MAX_ORDER && buddy->count[order] != 0;
    assigns \nothing;
    ensures free: NodeOf(buddy, \result, order) && Free(buddy, \result);
*/
static uint64_t pick_node(const struct buddy *buddy, uint32_t order)
{
  uint64_t hint = buddy->hint[order];
  //@ ghost lemma_numbers(buddy);
  //@ assert none: NoneCounted(buddy, First(buddy, order), First(buddy, order));
  if (is_free(buddy, hint))
    return hint;
  /*@ assert some: !(\forall integer n; First(buddy, order) <= n < First(buddy, order) + First(buddy, order) ==>
        !Free(buddy, n)); */
  uint64_t node = bitset_next(&buddy->free, first_node(buddy, order));
  //@ assert size: First(buddy, order) + First(buddy, order) <= buddy->free.size;
  //@ assert low: First(buddy, order) <= node;
  //@ assert high: node < First(buddy, order) + First(buddy, order);
  return node;
}

/* Joins a used block with its sibling, which is free: the block above both is used. */
/*@ requires state: BuddyState(buddy);
    requires used: order < BUDDY_MAX_ORDER && NodeOf(buddy, node, order) && Used(buddy, node);
    requires sibling: Free(buddy, Sibling(node));
    assigns BUDDY_CHANGES(buddy);
    ensures state: BuddyState(buddy);
    ensures leaves: LeavesLess{Old, Here}(buddy, Sibling(node), order);
    ensures used: UsedMoved{Old, Here}(buddy, node, node / 2);
    ensures reserved: SameLeafSplit{Old, Here}(buddy);
    ensures frames: buddy->free_frames == \old(buddy->free_frames);
*/
static inline void join(struct buddy *buddy, uint64_t node, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  //@ assert even: First(buddy, order) == 2 * First(buddy, order + 1);
  //@ assert sibling: NodeOf(buddy, Sibling(node), order);
  take_node(buddy, sibling(node), order);
  //@ ghost Taken:;
  //@ assert both: Used(buddy, node) && Used(buddy, Sibling(node));
  //@ assert reserved: SameLeafSplit{Pre, Here}(buddy);
  clear_split(buddy, node / 2);
  //@ assert reserved: SameLeafSplit{Taken, Here}(buddy);
}

/* Takes a used node back, joining it with its sibling as long as that is free. */
/*@ requires state: BuddyState(buddy);
    requires used: NodeOf(buddy, node, order) && Used(buddy, node);
    assigns BUDDY_CHANGES(buddy);
    ensures state: BuddyState(buddy);
    ensures leaves: LeavesMore{Old, Here}(buddy, node, order);
    ensures used: UsedLess{Old, Here}(buddy, node);
    ensures reserved: SameLeafSplit{Old, Here}(buddy);
    ensures frames: buddy->free_frames == \old(buddy->free_frames);
*/
static inline void merge_up(struct buddy *buddy, uint64_t node, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_block(buddy, node, order);
  //@ ghost lemma_above(buddy, node, order);
  //@ assert first: Leaf(buddy, Down(node, order)) && Up(Down(node, order), order) == node;
  //@ assert chain: AllAbove(buddy, node, order);
  //@ ghost lemma_up();
  /*@ loop invariant leaf: Up(Down(\at(node, Pre), \at(order, Pre)), order) == node && \at(order, Pre) <= order;
      loop invariant split: order == \at(order, Pre) ? node == \at(node, Pre) : Split{Pre}(buddy, node);
      loop invariant range: order <= BUDDY_MAX_ORDER && NodeOf(buddy, node, order) && Used(buddy, node);
      loop invariant state: BuddyState(buddy);
      loop invariant free: LeavesLess{Pre, Here}(buddy, node, order);
      loop invariant under: \forall integer x; Leaf(buddy, x) && Up(x, order) == node ==>
        \at(FreeLeaf(buddy, x), Pre) || Up(x, \at(order, Pre)) == \at(node, Pre);
      loop invariant above: \forall integer x; Leaf(buddy, x) && Up(x, \at(order, Pre)) == \at(node, Pre) ==>
        Up(x, order) == node;
      loop invariant used: UsedMoved{Pre, Here}(buddy, \at(node, Pre), node);
      loop invariant reserved: SameLeafSplit{Pre, Here}(buddy);
      loop invariant frames: buddy->free_frames == \at(buddy->free_frames, Pre);
      loop assigns node, order, BUDDY_CHANGES(buddy);
      loop variant BUDDY_MAX_ORDER - order;
  */
  while (order < BUDDY_MAX_ORDER && is_free(buddy, sibling(node))) {
    /*@ assert half: \forall integer x; Leaf(buddy, x) ==> Up(x, order + 1) == Up(x, order) / 2; */
    /*@ assert sibling: \forall integer x; Leaf(buddy, x) && Up(x, order) == Sibling(node) ==> FreeLeaf(buddy, x); */
    /*@ assert halves: \forall integer x; Leaf(buddy, x) && Up(x, order + 1) == node / 2 ==>
          Up(x, order) == node || Up(x, order) == Sibling(node); */
    /*@ assert under: \forall integer x; Leaf(buddy, x) && Up(x, order + 1) == node / 2 ==>
          FreeLeaf{Pre}(buddy, x) || Up(x, \at(order, Pre)) == \at(node, Pre); */
    /*@ assert next: Up(Down(\at(node, Pre), \at(order, Pre)), order + 1) == node / 2; */
    /*@ assert parent: Split{Pre}(buddy, node / 2); */
    join(buddy, node, order);
    node /= 2;
    order++;
  }
  put_node(buddy, node, order);
}

/* The order of the free block that a leaf lies in; BUDDY_ORDERS when it lies in none. */
/*@ requires memory: BuddyMemory(buddy);
    requires leaf: Leaf(buddy, leaf);
    assigns \nothing;
    ensures none: \result == BUDDY_ORDERS <==> !FreeLeaf(buddy, leaf);
    ensures free: \result != BUDDY_ORDERS ==> \result <= BUDDY_MAX_ORDER && Free(buddy, Up(leaf, \result));
    ensures least: \forall integer o; 0 <= o < \result && o <= BUDDY_MAX_ORDER ==> !Free(buddy, Up(leaf, o));
*/
static uint32_t free_above(const struct buddy *buddy, uint64_t leaf)
{
  //@ ghost lemma_numbers(buddy);
  /*@ loop invariant range: 0 <= order <= BUDDY_ORDERS;
      loop invariant none: \forall integer o; 0 <= o < order ==> !Free(buddy, Up(leaf, o));
      loop assigns order;
      loop variant BUDDY_ORDERS - order;
  */
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++)
    if (is_free(buddy, node_up(leaf, order)))
      return order;
  return BUDDY_ORDERS;
}

/* The half of a block to go on with: the one above leaf, or the first when leaf is 0. */
/*@ requires order: 1 <= order <= BUDDY_MAX_ORDER;
    requires range: 1 <= node < FRAMES_MAX;
    requires above: leaf != 0 ==> node == Up(leaf, order);
    assigns \nothing;
    ensures first: leaf == 0 ==> \result == 2 * node;
    ensures above: leaf != 0 ==> \result == Up(leaf, order - 1);
*/
static inline uint64_t half_of(uint64_t node, uint64_t leaf, uint32_t order)
{
  return leaf == 0 ? 2 * node : node_up(leaf, order - 1);
}

/* Makes the block of an order above a leaf, or the first when leaf is 0, used: cuts it out of
 * the free block of order from at node. Returns its node. In line, always: most blocks are
 * asked for with a leaf of 0, and then little is left of the loop. */
/*@ requires state: BuddyState(buddy);
    requires free: NodeOf(buddy, node, from) && Free(buddy, node);
    requires leaf: order <= from <= BUDDY_MAX_ORDER && (leaf == 0 || (Leaf(buddy, leaf) && node == Up(leaf, from)));
    assigns BUDDY_CHANGES(buddy);
    ensures state: BuddyState(buddy);
    ensures node: \result == Up(LeafOr(leaf, Down(node, from)), order) && NodeOf(buddy, \result, order) && Used(buddy, \result);
    ensures were_free: \forall integer x; Leaf(buddy, x) && Up(x, order) == \result ==> \old(FreeLeaf(buddy, x));
    ensures leaves: LeavesLess{Old, Here}(buddy, \result, order);
    ensures used: UsedMore{Old, Here}(buddy, \result);
    ensures reserved: SameLeafSplit{Old, Here}(buddy);
    ensures frames: buddy->free_frames == \old(buddy->free_frames);
*/
__attribute__((always_inline)) static inline uint64_t
carve(struct buddy *buddy, uint64_t node, uint64_t leaf, uint32_t order, uint32_t from)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_up();
  //@ ghost lemma_under_all(buddy);
  //@ ghost lemma_above(buddy, node, from);
  //@ ghost lemma_block(buddy, node, from);
  //@ assert leaf: Leaf(buddy, LeafOr(leaf, Down(node, from))) && Up(LeafOr(leaf, Down(node, from)), from) == node;
  /*@ assert unused: \forall integer o; order <= o <= from ==> !Used(buddy, Up(LeafOr(leaf, Down(node, from)), o)); */
  /*@ assert free: \forall integer x; Leaf(buddy, x) && Up(x, from) == node ==> FreeLeaf(buddy, x); */
  take_node(buddy, node, from);
  /*@ loop invariant range: order <= o <= from;
      loop invariant numbers: SameNumbers{Pre, Here}(buddy);
      loop invariant node: node == Up(LeafOr(leaf, Down(\at(node, Pre), from)), o) && NodeOf(buddy, node, o) && Used(buddy, node);
      loop invariant first: leaf == 0 ==> Down(\at(node, Pre), from) == Down(node, o);
      loop invariant state: BuddyState(buddy);
      loop invariant free: LeavesLess{Pre, Here}(buddy, node, o);
      loop invariant under: AllFree{Pre}(buddy, node, o);
      loop invariant used: UsedMore{Pre, Here}(buddy, node);
      loop invariant reserved: SameLeafSplit{Pre, Here}(buddy);
      loop invariant frames: buddy->free_frames == \at(buddy->free_frames, Pre);
      loop assigns node, o, BUDDY_CHANGES(buddy);
      loop variant o - order;
  */
  for (uint32_t o = from; o > order; o--) {
    uint64_t kept = half_of(node, leaf, o);
    //@ ghost lemma_first_half(buddy, node, o);
    //@ assert kept: kept == Up(LeafOr(leaf, Down(\at(node, Pre), from)), o - 1);
    /*@ assert half: \forall integer x; Leaf(buddy, x) ==> Up(x, o) == Up(x, o - 1) / 2; */
    //@ assert pair: \forall integer n; 0 <= n ==> (n / 2 == node <==> n == kept || n == Sibling(kept));
    //@ assert leaves: \forall integer x; \at(Leaf(buddy, x), Pre) ==> Leaf(buddy, x) && 0 <= Up(x, o - 1);
    //@ assert halves: Halves{Pre}(buddy, node, o, kept, o - 1);
    //@ ghost Uncut:;
    split_node(buddy, node, kept, o);
    //@ assert parted: LeavesMore{Uncut, Here}(buddy, Sibling(kept), o - 1);
    //@ assert free: LeavesLess{Pre, Here}(buddy, kept, o - 1);
    node = kept;
  }
  return node;
}

/* Sets the number of free frames. */
/*@ requires state: BuddyState(buddy);
    assigns buddy->free_frames;
    ensures frames: buddy->free_frames == count;
    ensures numbers: SameNumbers{Old, Here}(buddy);
    ensures state: BuddyState(buddy);
    ensures free: SameFree{Old, Here}(buddy);
    ensures split: SameSplit{Old, Here}(buddy);
    ensures leaves: SameLeaves{Old, Here}(buddy);
    ensures used: SameUsed{Old, Here}(buddy);
*/
static void set_free_frames(struct buddy *buddy, uint64_t count)
{
  //@ ghost lemma_numbers(buddy);
  buddy->free_frames = count;
  //@ assert bitset: SameBitset{Pre, Here}(&buddy->free);
  //@ assert layout: BuddyLayout(buddy);
  //@ assert free: SameFree{Pre, Here}(buddy);
  //@ assert split: SameSplit{Pre, Here}(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  //@ assert leaves: SameLeaves{Pre, Here}(buddy);
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert plus: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  /*@ assert kept: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        OrderCount{Pre}(buddy, o) && buddy->count[o] == \at(buddy->count[o], Pre); */
  /*@ assert each: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> OrderCount(buddy, o); */
  //@ assert orders: OrderCounts(buddy);
  //@ assert mask: Mask(buddy) && Hints(buddy);
  //@ assert present: \forall integer n; Node(buddy, n) ==> (Present(buddy, n) <==> \at(Present(buddy, n), Pre));
  //@ assert tree: Tree(buddy);
}

/* Makes the block of an order above a leaf, or the first when leaf is 0, used, cut out of the
 * free block of order from at node. Returns its first frame. */
/*@ requires valid: BuddyValid(buddy);
    requires free: NodeOf(buddy, node, from) && Free(buddy, node);
    requires leaf: order <= from <= BUDDY_MAX_ORDER && (leaf == 0 || (Leaf(buddy, leaf) && node == Up(leaf, from)));
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures exact: \result == Down(Up(LeafOr(leaf, Down(node, from)), order), order) - Leaves(buddy);
    ensures block: Allocated(buddy, \result, order);
    ensures taken: FramesTaken{Old, Here}(buddy, \result, Pow2(order));
    ensures allocated: AllocatedMore{Old, Here}(buddy, \result, order);
    ensures reserved: SameReserved{Old, Here}(buddy);
    ensures numbers: SameNumbers{Old, Here}(buddy);
    ensures counted: buddy->free_frames == \old(buddy->free_frames) - Pow2(order);
*/
__attribute__((always_inline)) static inline uint64_t
take_block(struct buddy *buddy, uint64_t node, uint64_t leaf, uint32_t order, uint32_t from)
{
  //@ ghost lemma_numbers(buddy);
  uint64_t taken = carve(buddy, node, leaf, order, from);
  //@ ghost Carved:;
  //@ ghost lemma_block(buddy, taken, order);
  uint64_t first = node_down(taken, order) - leaves(buddy);
  //@ assert first: Leaves(buddy) + first == Down(taken, order);
  /*@ assert where: \forall integer x; Leaves(buddy) <= x < Leaves(buddy) + buddy->nframes ==>
        Leaf(buddy, x) && (Up(x, order) == taken <==> Leaves(buddy) + first <= x < Leaves(buddy) + first + Pow2(order)); */
  /*@ assert gone: \forall integer x; Leaves(buddy) + first <= x < Leaves(buddy) + first + Pow2(order) ==> !FreeLeaf(buddy, x); */
  /*@ assert changed: \forall integer x; Leaves(buddy) <= x < Leaves(buddy) + buddy->nframes ==>
        (FreeLeaf{Pre}(buddy, x) <==> FreeLeaf(buddy, x) || Leaves(buddy) + first <= x < Leaves(buddy) + first + Pow2(order)); */
  //@ assert run: FrameRun{Here, Pre}(buddy, first, Pow2(order));
  //@ assert taken: FramesTaken{Pre, Here}(buddy, first, Pow2(order));
  //@ assert count: FrameCount(buddy, buddy->free_frames - Pow2(order));
  //@ assert enough: Pow2(order) <= buddy->free_frames;
  set_free_frames(buddy, buddy->free_frames - order_frames(order));
  //@ assert same: LeavesKept{Carved, Here}(buddy);
  /*@ assert still: \forall integer f; 0 <= f < buddy->nframes ==> (FreeFrame{Carved}(buddy, f) <==> FreeFrame(buddy, f)); */
  //@ assert used: UsedMore{Pre, Here}(buddy, taken);
  //@ assert names: SameNumbers{Pre, Here}(buddy) && BlockNames{Pre}(buddy, taken, order);
  //@ assert block: Block{Pre}(buddy, first, order) && Up(Leaves{Pre}(buddy) + first, order) == taken;
  return first;
}

/* Makes a block in use free, joined with its sibling as long as that is free. */
/*@ requires valid: BuddyValid(buddy);
    requires block: Allocated(buddy, frame, order);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures freed: FramesFreed{Old, Here}(buddy, frame, Pow2(order));
    ensures allocated: AllocatedLess{Old, Here}(buddy, frame, order);
    ensures reserved: SameReserved{Old, Here}(buddy);
    ensures numbers: SameNumbers{Old, Here}(buddy);
    ensures counted: buddy->free_frames == \old(buddy->free_frames) + Pow2(order);
*/
static inline void give_block(struct buddy *buddy, uint64_t frame, uint32_t order)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  uint64_t node = node_up(leaves(buddy) + frame, order);
  //@ ghost lemma_block(buddy, node, order);
  //@ assert first: Leaves(buddy) + frame == Down(node, order);
  /*@ assert where: \forall integer x; Leaves(buddy) <= x < Leaves(buddy) + buddy->nframes ==>
        Leaf(buddy, x) && (Up(x, order) == node <==> Leaves(buddy) + frame <= x < Leaves(buddy) + frame + Pow2(order)); */
  /*@ assert unused: \forall integer x; Leaves(buddy) + frame <= x < Leaves(buddy) + frame + Pow2(order) ==> !FreeLeaf(buddy, x); */
  merge_up(buddy, node, order);
  //@ ghost Merged:;
  //@ assert numbers: SameNumbers{Pre, Here}(buddy);
  /*@ assert changed: \forall integer x; Leaves(buddy) <= x < Leaves(buddy) + buddy->nframes ==>
        (FreeLeaf(buddy, x) <==> FreeLeaf{Pre}(buddy, x) || Leaves(buddy) + frame <= x < Leaves(buddy) + frame + Pow2(order)); */
  //@ assert run: FrameRun{Pre, Here}(buddy, frame, Pow2(order));
  //@ assert before: FrameCount{Pre}(buddy, buddy->free_frames);
  //@ assert count: FrameCount(buddy, buddy->free_frames + Pow2(order));
  //@ assert bounds: buddy->free_frames + Pow2(order) <= buddy->nframes;
  set_free_frames(buddy, buddy->free_frames + order_frames(order));
  //@ assert same: LeavesKept{Merged, Here}(buddy);
  //@ assert given: FrameRun{Pre, Here}(buddy, frame, Pow2(order));
  //@ assert used: UsedLess{Pre, Here}(buddy, node);
}

uint64_t buddy_words(uint64_t nframes)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return 0;
  uint64_t nodes = 2 * roots_for(nframes) * BUDDY_ROOT_FRAMES;
  return bitset_words(nodes) + (nodes + 63) / 64;
}

/* Adds all members of n words. */
/*@ requires memory: \valid(words + (0 .. n - 1));
    assigns words[0 .. n - 1];
    ensures all: \forall integer m; 0 <= m < 64 * n ==> In(words, m);
*/
static void add_all(uint64_t *words, uint64_t n)
{
  /*@ loop invariant range: 0 <= i <= n;
      loop invariant all: \forall integer w, j; 0 <= w < i && 0 <= j < 64 ==> Bit(words[w], j);
      loop assigns i, words[0 .. n - 1];
      loop variant n - i;
  */
  for (uint64_t i = 0; i < n; i++)
    words[i] = word_all();
}

/* No free block of any order. */
/*@ requires memory: BuddyMemory(buddy);
    assigns buddy->free_frames, buddy->orders, buddy->count[0 .. BUDDY_MAX_ORDER], buddy->hint[0 .. BUDDY_MAX_ORDER];
    ensures none: buddy->free_frames == 0 && \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> buddy->count[o] == 0;
    ensures mask: Mask(buddy);
    ensures hints: Hints(buddy);
    ensures free: SameBitset{Old, Here}(&buddy->free);
    ensures nodes: SameFree{Old, Here}(buddy);
    ensures split: SameSplit{Old, Here}(buddy);
    ensures memory: BuddyMemory(buddy);
*/
static void count_none(struct buddy *buddy)
{
  //@ ghost lemma_numbers(buddy);
  /*@ loop invariant range: 0 <= order <= BUDDY_ORDERS;
      loop invariant none: \forall integer o; 0 <= o < order ==> buddy->count[o] == 0;
      loop invariant hints: \forall integer o; 0 <= o < order ==> buddy->hint[o] == First(buddy, o);
      loop assigns order, buddy->count[0 .. BUDDY_MAX_ORDER], buddy->hint[0 .. BUDDY_MAX_ORDER];
      loop variant BUDDY_ORDERS - order;
  */
  for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++) {
    buddy->count[order] = 0;
    buddy->hint[order] = first_node(buddy, order);
  }
  buddy->free_frames = 0;
  buddy->orders = 0;
  //@ assert set: SameBitset{Pre, Here}(&buddy->free);
  //@ assert index: \forall integer n; 0 <= n < Nodes(buddy) ==> 0 <= n / 64 < buddy->free.nwords;
  //@ assert members: SameFree{Pre, Here}(buddy);
  /*@ assert words: buddy->split == \at(buddy->split, Pre) && Nodes(buddy) == \at(Nodes(buddy), Pre) &&
        \forall integer i; 0 <= i < Nodes(buddy) / 64 ==> buddy->split[i] == \at(buddy->split[i], Pre); */
  //@ assert split: SameSplit{Pre, Here}(buddy);
}

/* Makes every frame reserved, of a buddy whose set of free blocks is empty. */
/*@ requires layout: BuddyLayout(buddy);
    requires empty: NoneFree(buddy, 0, Nodes(buddy));
    assigns buddy->split[0 .. Nodes(buddy) / 64 - 1], buddy->free_frames, buddy->orders,
      buddy->count[0 .. BUDDY_MAX_ORDER], buddy->hint[0 .. BUDDY_MAX_ORDER];
    ensures valid: BuddyValid(buddy);
    ensures none: buddy->free_frames == 0;
    ensures kept: buddy->nframes == \old(buddy->nframes) && buddy->roots == \old(buddy->roots) &&
      buddy->split == \old(buddy->split) && buddy->free.words == \old(buddy->free.words) &&
      buddy->free.nwords == \old(buddy->free.nwords);
    ensures reserved: AllReserved(buddy);
    ensures unused: NothingUsed(buddy);
*/
static void reserve_all(struct buddy *buddy)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  add_all(buddy->split, leaves(buddy) / 32);
  //@ assert all: \forall integer n; 0 <= n < Nodes(buddy) ==> Split(buddy, n);
  //@ assert set: SameBitset{Pre, Here}(&buddy->free);
  //@ assert index: \forall integer n; 0 <= n < Nodes(buddy) ==> 0 <= n / 64 < buddy->free.nwords;
  //@ assert members: SameFree{Pre, Here}(buddy);
  //@ assert memory: BuddyMemory(buddy);
  //@ assert layout: BuddyLayout(buddy);
  //@ assert empty: NoneFree(buddy, 0, Nodes(buddy));
  //@ ghost Added:;
  count_none(buddy);
  //@ assert full: \forall integer n; 0 <= n < Nodes(buddy) ==> Split(buddy, n);
  //@ assert same: SameFree{Added, Here}(buddy);
  //@ assert nothing: NoneFree(buddy, 0, Nodes(buddy));
  //@ assert sound: BuddyLayout(buddy);
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> 0 <= First(buddy, o) &&
        NoneFree(buddy, First(buddy, o), First(buddy, o) + First(buddy, o)); */
  //@ assert orders: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> Counted(buddy, First(buddy, o), First(buddy, o), 0);
  //@ assert counts: OrderCounts(buddy);
  //@ assert tree: Tree(buddy);
  //@ assert coalesced: Coalesced(buddy) && EndReserved(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  /*@ assert gone: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        !Free(buddy, Up(x, o)) && !Used(buddy, Up(x, o)); */
  //@ assert leaves: NoLeafFree(buddy, Leaves(buddy), Nodes(buddy));
  //@ assert counted: CountedLeaves(buddy, Leaves(buddy), buddy->nframes, 0);
}

enum status buddy_init(struct buddy *buddy, uint64_t nframes, uint64_t *words, uint64_t nwords)
{
  uint64_t need = buddy_words(nframes);
  if (need == 0)
    return STATUS_OUT_OF_RANGE;
  if (nwords < need)
    return STATUS_NO_SPACE;
  uint64_t nodes = 2 * roots_for(nframes) * BUDDY_ROOT_FRAMES;
  uint64_t set_words = bitset_words(nodes);
  //@ assert need: need == BuddyWords(nframes) && nodes == 2 * RootsFor(nframes) * BUDDY_ROOT_FRAMES;
  //@ assert rest: set_words == BitsetWords(nodes) && need - set_words == nodes / 64;
  buddy->nframes = nframes;
  buddy->roots = (uint32_t)roots_for(nframes);
  buddy->split = words + set_words;
  /* It cannot fail: the nodes are not too many, and have the words they need. */
  (void)bitset_init(&buddy->free, nodes, words, set_words);
  //@ assert nodes: Nodes(buddy) == nodes && buddy->roots == RootsFor(nframes) && buddy->nframes == nframes;
  //@ assert split: buddy->split == words + set_words;
  //@ assert words: buddy->free.words == words && set_words + Nodes(buddy) / 64 == need;
  //@ assert apart: \separated(BUDDY_MEMORY(buddy));
  //@ assert memory: BuddyMemory(buddy);
  //@ assert empty: NoneFree(buddy, 0, Nodes(buddy));
  reserve_all(buddy);
  return STATUS_OK;
}

/* Whether a run lies within the frames managed. */
/*@ requires memory: \valid_read(buddy);
    assigns \nothing;
    ensures exact: \result <==> first + count <= buddy->nframes;
*/
static bool in_range(const struct buddy *buddy, uint64_t first, uint64_t count)
{
  return first <= buddy->nframes && count <= buddy->nframes - first;
}

/* Makes a reserved frame free. */
/*@ requires valid: BuddyValid(buddy);
    requires reserved: frame < buddy->nframes && ReservedFrame(buddy, frame);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures freed: FramesFreed{Old, Here}(buddy, frame, 1);
    ensures reserved: ReservedLess{Old, Here}(buddy, frame, 1);
    ensures allocated: SameAllocated{Old, Here}(buddy);
    ensures numbers: SameNumbers{Old, Here}(buddy);
    ensures counted: buddy->free_frames == \old(buddy->free_frames) + 1;
*/
static void release_frame(struct buddy *buddy, uint64_t frame)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  //@ ghost lemma_up();
  //@ ghost lemma_down(0);
  uint64_t leaf = leaves(buddy) + frame;
  //@ assert leaf: Up(leaf, 0) == leaf && Down(leaf, 0) == leaf && Pow2(0) == 1 && NodeOf(buddy, leaf, 0);
  //@ assert unused: !Allocated(buddy, frame, 0);
  clear_split(buddy, leaf);
  //@ ghost Cleared:;
  //@ assert frames: buddy->free_frames == \at(buddy->free_frames, Pre);
  //@ assert used: UsedMore{Pre, Here}(buddy, leaf);
  //@ assert same: LeavesKept{Pre, Here}(buddy);
  //@ assert count: FrameCount(buddy, buddy->free_frames);
  //@ ghost lemma_block(buddy, leaf, 0);
  //@ assert names: BlockNames{Pre}(buddy, leaf, 0);
  //@ assert block: Allocated(buddy, frame, 0) && Block{Pre}(buddy, frame, 0);
  //@ assert more: AllocatedMore{Pre, Here}(buddy, frame, 0);
  //@ assert free: FramesFreed{Pre, Here}(buddy, 0, 0);
  //@ assert less: ReservedLess{Pre, Here}(buddy, frame, 1);
  give_block(buddy, frame, 0);
}

/* Reserves a free frame. */
/*@ requires valid: BuddyValid(buddy);
    requires free: frame < buddy->nframes && FreeFrame(buddy, frame);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures taken: FramesTaken{Old, Here}(buddy, frame, 1);
    ensures reserved: ReservedMore{Old, Here}(buddy, frame, 1);
    ensures allocated: SameAllocated{Old, Here}(buddy);
    ensures numbers: SameNumbers{Old, Here}(buddy);
    ensures counted: buddy->free_frames == \old(buddy->free_frames) - 1;
*/
static void reserve_frame(struct buddy *buddy, uint64_t frame)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  //@ ghost lemma_up();
  //@ ghost lemma_down(0);
  uint64_t leaf = leaves(buddy) + frame;
  //@ assert leaf: Up(leaf, 0) == leaf && Down(leaf, 0) == leaf && Pow2(0) == 1 && NodeOf(buddy, leaf, 0);
  //@ ghost lemma_above(buddy, leaf, 0);
  //@ assert unused: !Used(buddy, leaf);
  //@ assert not: !Allocated(buddy, frame, 0);
  uint32_t from = free_above(buddy, leaf);
  take_block(buddy, node_up(leaf, from), leaf, 0, from);
  //@ ghost Taken:;
  //@ assert block: Allocated(buddy, frame, 0) && Used(buddy, leaf);
  //@ assert taken: AllocatedMore{Pre, Here}(buddy, frame, 0);
  //@ ghost lemma_block(buddy, leaf, 0);
  //@ assert names: BlockNames(buddy, leaf, 0) && Block(buddy, frame, 0);
  set_split(buddy, leaf);
  //@ assert used: UsedLess{Taken, Here}(buddy, leaf);
  //@ assert less: AllocatedLess{Taken, Here}(buddy, frame, 0);
  //@ assert numbers: SameNumbers{Taken, Here}(buddy);
  //@ assert leaves: SameLeaves{Taken, Here}(buddy);
  //@ assert same: LeavesKept{Taken, Here}(buddy);
  //@ assert count: FrameCount(buddy, buddy->free_frames);
  //@ assert allocated: SameAllocated{Pre, Here}(buddy);
  //@ assert free: FramesFreed{Taken, Here}(buddy, 0, 0);
  //@ assert others: \forall integer x; Leaf(buddy, x) && x != leaf ==> (Split(buddy, x) <==> Split{Taken}(buddy, x));
  /*@ assert rest: \forall integer f; 0 <= f < buddy->nframes && f != frame ==>
        (ReservedFrame(buddy, f) <==> ReservedFrame{Taken}(buddy, f)); */
  //@ assert this: ReservedFrame(buddy, frame);
  //@ assert more: ReservedMore{Taken, Here}(buddy, frame, 1);
}

/* Whether the count frames from first on are all reserved. */
/*@ requires memory: BuddyMemory(buddy);
    requires range: first + count <= buddy->nframes;
    assigns \nothing;
    ensures exact: \result <==> \forall integer f; first <= f < first + count ==> ReservedFrame(buddy, f);
*/
static bool run_reserved(const struct buddy *buddy, uint64_t first, uint64_t count)
{
  //@ ghost lemma_numbers(buddy);
  /*@ loop invariant range: 0 <= i <= count;
      loop invariant all: \forall integer f; first <= f < first + i ==> ReservedFrame(buddy, f);
      loop assigns i;
      loop variant count - i;
  */
  for (uint64_t i = 0; i < count; i++) {
    //@ ghost uint64_t frame = first + i;
    //@ assert here: Leaf(buddy, Leaves(buddy) + frame);
    if (!is_split(buddy, leaves(buddy) + first + i)) {
      //@ assert not: !ReservedFrame(buddy, frame);
      return false;
    }
  }
  return true;
}

/* Whether the count frames from first on are all free. */
/*@ requires memory: BuddyMemory(buddy);
    requires range: first + count <= buddy->nframes;
    assigns \nothing;
    ensures exact: \result <==> \forall integer f; first <= f < first + count ==> FreeFrame(buddy, f);
*/
static bool run_free(const struct buddy *buddy, uint64_t first, uint64_t count)
{
  //@ ghost lemma_numbers(buddy);
  /*@ loop invariant range: 0 <= i <= count;
      loop invariant all: \forall integer f; first <= f < first + i ==> FreeFrame(buddy, f);
      loop assigns i;
      loop variant count - i;
  */
  for (uint64_t i = 0; i < count; i++) {
    //@ ghost uint64_t frame = first + i;
    //@ assert here: Leaf(buddy, Leaves(buddy) + frame);
    if (free_above(buddy, leaves(buddy) + first + i) == BUDDY_ORDERS) {
      //@ assert not: !FreeFrame(buddy, frame);
      return false;
    }
  }
  return true;
}

enum status buddy_release(struct buddy *buddy, uint64_t first, uint64_t count)
{
  if (!in_range(buddy, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_reserved(buddy, first, count))
    return STATUS_NOT_RESERVED;
  /*@ loop invariant range: 0 <= i <= count;
      loop invariant valid: BuddyValid(buddy);
      loop invariant numbers: SameNumbers{Pre, Here}(buddy);
      loop invariant freed: FramesFreed{Pre, Here}(buddy, first, i);
      loop invariant reserved: ReservedLess{Pre, Here}(buddy, first, i);
      loop invariant allocated: SameAllocated{Pre, Here}(buddy);
      loop invariant counted: buddy->free_frames == \at(buddy->free_frames, Pre) + i;
      loop assigns i, BUDDY_CHANGES(buddy);
      loop variant count - i;
  */
  for (uint64_t i = 0; i < count; i++)
    release_frame(buddy, first + i);
  return STATUS_OK;
}

enum status buddy_reserve(struct buddy *buddy, uint64_t first, uint64_t count)
{
  if (!in_range(buddy, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_free(buddy, first, count))
    return STATUS_NOT_FREE;
  /*@ loop invariant range: 0 <= i <= count;
      loop invariant valid: BuddyValid(buddy);
      loop invariant numbers: SameNumbers{Pre, Here}(buddy);
      loop invariant taken: FramesTaken{Pre, Here}(buddy, first, i);
      loop invariant reserved: ReservedMore{Pre, Here}(buddy, first, i);
      loop invariant allocated: SameAllocated{Pre, Here}(buddy);
      loop invariant counted: buddy->free_frames == \at(buddy->free_frames, Pre) - i;
      loop assigns i, BUDDY_CHANGES(buddy);
      loop variant count - i;
  */
  for (uint64_t i = 0; i < count; i++)
    reserve_frame(buddy, first + i);
  return STATUS_OK;
}

/* Writes a frame number out. */
/*@ requires valid: BuddyValid(buddy);
    requires out: \valid(out) && \separated(out, BUDDY_MEMORY(buddy));
    requires range: frame < FRAMES_MAX;
    assigns *out;
    ensures out: *out == frame;
    ensures valid: BuddyValid(buddy);
    ensures same: SameFrames{Old, Here}(buddy) && SameNumbers{Old, Here}(buddy);
*/
static void write_frame(frame_t *out, uint64_t frame) /*@ ghost (const struct buddy *buddy) */
{
  //@ ghost lemma_numbers(buddy);
  *out = (frame_t)frame;
  //@ assert bitset: SameBitset{Pre, Here}(&buddy->free);
  //@ assert levels: BitsetLevels(&buddy->free);
  //@ assert place: BitsetLayout(&buddy->free);
  //@ assert set: BitsetSummary(&buddy->free);
  //@ assert layout: BuddyLayout(buddy);
  //@ assert numbers: SameNumbers{Pre, Here}(buddy);
  //@ assert free: SameFree{Pre, Here}(buddy);
  //@ assert split: SameSplit{Pre, Here}(buddy);
  /*@ assert nodes: \forall integer x, o; Leaf(buddy, x) && 0 <= o <= BUDDY_MAX_ORDER ==>
        0 <= Up(x, o) < Nodes(buddy); */
  //@ assert leaves: SameLeaves{Pre, Here}(buddy);
  //@ assert kept: LeavesKept{Pre, Here}(buddy);
  //@ assert count: FrameCount(buddy, buddy->free_frames);
  /*@ assert ranges: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        RangeSame{Pre, Here}(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert plus: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        CountsPlus{Pre, Here}(buddy, First(buddy, o), First(buddy, o), 0); */
  //@ assert orders: OrderCounts(buddy);
  /*@ assert fields: buddy->orders == \at(buddy->orders, Pre) && \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        buddy->count[o] == \at(buddy->count[o], Pre) && buddy->hint[o] == \at(buddy->hint[o], Pre); */
  //@ assert mask: Mask(buddy);
  //@ assert hints: Hints(buddy);
  //@ assert present: \forall integer n; Node(buddy, n) ==> (Present(buddy, n) <==> \at(Present(buddy, n), Pre));
  //@ assert whole: \forall integer n; Node(buddy, n) && Free(buddy, n) ==> Present(buddy, n) && !Split(buddy, n);
  //@ assert parents: \forall integer n; Node(buddy, n) && Split(buddy, n) ==> Present(buddy, n);
  //@ assert tree: Tree(buddy);
  //@ assert used: SameUsed{Pre, Here}(buddy);
  //@ assert freed: FramesFreed{Pre, Here}(buddy, 0, 0);
  //@ assert reserved: SameReserved{Pre, Here}(buddy);
  //@ assert allocated: SameAllocated{Pre, Here}(buddy);
}

enum status buddy_alloc(struct buddy *buddy, uint32_t order, frame_t *out)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  uint32_t o = word_next(buddy->orders, order);
  /*@ assert none: \forall integer p; 0 <= p <= BUDDY_MAX_ORDER ==> NoneCounted(buddy, First(buddy, p), First(buddy, p)); */
  /*@ assert nodes: \forall integer f, p; Block(buddy, f, p) ==> NodeOf(buddy, Up(Leaves(buddy) + f, p), p); */
  /*@ assert empty: \forall integer p; order <= p < o && p <= BUDDY_MAX_ORDER ==> buddy->count[p] == 0; */
  /*@ assert counted: \forall integer p; 0 <= p <= BUDDY_MAX_ORDER ==> OrderCount(buddy, p); */
  /*@ assert bare: \forall integer p; order <= p < o && p <= BUDDY_MAX_ORDER ==> OrderEmpty(buddy, p); */
  /*@ assert gone: \forall integer f, p; order <= p < o ==> !FreeBlock(buddy, f, p); */
  if (o > BUDDY_MAX_ORDER) {
    //@ ghost if (order == 0) lemma_nothing_free(buddy);
    return STATUS_OUT_OF_MEMORY;
  }
  uint64_t node = pick_node(buddy, o);
  //@ ghost lemma_block(buddy, node, o);
  //@ assert some: FreeBlock(buddy, Down(node, o) - Leaves(buddy), o);
  uint64_t first = take_block(buddy, node, 0, order, o);
  //@ ghost Taken:;
  //@ assert range: first + Pow2(order) <= buddy->nframes;
  //@ assert numbers: SameNumbers{Pre, Here}(buddy);
  write_frame(out, first) /*@ ghost (buddy) */;
  return STATUS_OK;
}

/* What is wrong with (frame, order) as the name of a block, if anything is. */
/*@ requires memory: BuddyMemory(buddy);
    assigns \nothing;
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ORDER || \result == STATUS_OUT_OF_RANGE ||
      \result == STATUS_MISALIGNED;
    ensures bad_order: \result == STATUS_BAD_ORDER <==> order > BUDDY_MAX_ORDER;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) > buddy->nframes;
    ensures misaligned: \result == STATUS_MISALIGNED <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) <= buddy->nframes && !AlignedFrame(buddy, frame, order);
    ensures done: \result == STATUS_OK <==> Block(buddy, frame, order);
*/
static enum status block_status(const struct buddy *buddy, frame_t frame, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (!in_range(buddy, frame, order_frames(order)))
    return STATUS_OUT_OF_RANGE;
  uint64_t leaf = leaves(buddy) + frame;
  //@ ghost lemma_numbers(buddy);
  //@ assert leaf: leaf == Leaves(buddy) + frame && Leaf(buddy, leaf);
  //@ assert aligned: AlignedFrame(buddy, frame, order) <==> Down(Up(leaf, order), order) == leaf;
  if (node_down(node_up(leaf, order), order) != leaf)
    return STATUS_MISALIGNED;
  return STATUS_OK;
}

enum status buddy_alloc_at(struct buddy *buddy, frame_t frame, uint32_t order)
{
  enum status status = block_status(buddy, frame, order);
  if (status != STATUS_OK)
    return status;
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  uint64_t leaf = leaves(buddy) + frame;
  //@ assert leaf: Leaf(buddy, leaf);
  uint32_t above = free_above(buddy, leaf);
  //@ ghost lemma_free_whole(buddy);
  //@ ghost lemma_under(order);
  //@ assert whole: FreeWhole(buddy, order) && NodeOf(buddy, Up(leaf, order), order);
  //@ assert below: above < order ==> !NoFreeBelow(buddy, Up(leaf, order), order);
  //@ assert not: above < order ==> !AllFree(buddy, Up(leaf, order), order);
  /*@ assert leaves: above < order ==>
        \exists integer x; leaf <= x < leaf + Pow2(order) && !FreeLeaf(buddy, x); */
  /*@ assert frames: \forall integer x; leaf <= x < leaf + Pow2(order) ==>
        (FreeFrame(buddy, x - Leaves(buddy)) <==> FreeLeaf(buddy, x)); */
  /*@ assert some: above < order ==>
        \exists integer f; frame <= f < frame + Pow2(order) && !FreeFrame(buddy, f); */
  if (above < order || above == BUDDY_ORDERS)
    return STATUS_NOT_FREE;
  //@ assert start: Down(Up(leaf, order), order) == leaf;
  take_block(buddy, node_up(leaf, above), leaf, order, above);
  return STATUS_OK;
}

/* The order of the block, free or in use, that a leaf not reserved lies in. */
/*@ requires state: BuddyState(buddy);
    requires leaf: Leaf(buddy, leaf) && !Split(buddy, leaf);
    assigns \nothing;
    ensures order: \result <= BUDDY_MAX_ORDER;
    ensures node: NodeOf(buddy, Up(leaf, \result), \result) && Present(buddy, Up(leaf, \result)) &&
      !Split(buddy, Up(leaf, \result));
    ensures free: FreeLeaf(buddy, leaf) <==> Free(buddy, Up(leaf, \result));
    ensures inside: Down(Up(leaf, \result), \result) <= leaf < Down(Up(leaf, \result), \result) + Pow2(\result);
    ensures block: Block(buddy, Down(Up(leaf, \result), \result) - Leaves(buddy), \result);
    ensures again: Up(Down(Up(leaf, \result), \result), \result) == Up(leaf, \result);
*/
static uint32_t order_of(const struct buddy *buddy, uint64_t leaf)
{
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_up();
  //@ ghost lemma_tree(buddy);
  //@ ghost lemma_blocks(buddy);
  uint32_t order = 0;
  /*@ loop invariant range: 0 <= order <= BUDDY_MAX_ORDER;
      loop invariant node: NodeOf(buddy, Up(leaf, order), order);
      loop invariant whole: !Split(buddy, Up(leaf, order));
      loop assigns order;
      loop variant BUDDY_MAX_ORDER - order;
  */
  while (order < BUDDY_MAX_ORDER && !is_present(buddy, node_up(leaf, order))) {
    order++;
    //@ assert half: Up(leaf, order) == Up(leaf, order - 1) / 2;
  }
  //@ assert present: Present(buddy, Up(leaf, order));
  //@ assert under: Under(order);
  //@ assert at: \forall integer p; order < p <= BUDDY_MAX_ORDER ==> SplitAt(buddy, p);
  /*@ assert above: \forall integer p; order < p <= BUDDY_MAX_ORDER ==> Split(buddy, Up(leaf, p)); */
  /*@ assert alone: \forall integer p; 0 <= p <= BUDDY_MAX_ORDER && Free(buddy, Up(leaf, p)) ==> p == order; */
  return order;
}

/* Why the aligned block that starts at frame, and is not in use, cannot be given back. */
/*@ requires state: BuddyState(buddy);
    requires range: frame < buddy->nframes;
    assigns \nothing;
    ensures statuses: \result == STATUS_DOUBLE_FREE || \result == STATUS_RESERVED || \result == STATUS_WRONG_ORDER ||
      \result == STATUS_INTERIOR;
    ensures double_free: \result == STATUS_DOUBLE_FREE <==> FreeFrame(buddy, frame);
    ensures is_reserved: \result == STATUS_RESERVED <==> ReservedFrame(buddy, frame);
    ensures wrong_order: \result == STATUS_WRONG_ORDER <==> \exists integer o; Allocated(buddy, frame, o);
    ensures interior: \result == STATUS_INTERIOR <==>
      \exists integer f, o; f < frame < f + Pow2(o) && Allocated(buddy, f, o);
*/
static enum status free_error(const struct buddy *buddy, frame_t frame)
{
  uint64_t leaf = leaves(buddy) + frame;
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  //@ ghost lemma_blocks(buddy);
  //@ assert leaf: Leaf(buddy, leaf);
  /*@ assert inside: \forall integer f, o; Block(buddy, f, o) && f <= frame < f + Pow2(o) ==>
        Under(o) && Up(leaf, o) == Up(Leaves(buddy) + f, o); */
  /*@ assert starts: \forall integer o; Allocated(buddy, frame, o) ==>
        Used(buddy, Up(leaf, o)) && Down(Up(leaf, o), o) == leaf; */
  /*@ assert holds: \forall integer f, o; f <= frame < f + Pow2(o) && Allocated(buddy, f, o) ==>
        Used(buddy, Up(leaf, o)) && Down(Up(leaf, o), o) == Leaves(buddy) + f; */
  if (is_split(buddy, leaf))
    return STATUS_RESERVED;
  uint32_t order = order_of(buddy, leaf);
  uint64_t node = node_up(leaf, order);
  //@ assert node: Node(buddy, node);
  if (is_free(buddy, node))
    return STATUS_DOUBLE_FREE;
  //@ assert used: Used(buddy, node);
  //@ assert block: Allocated(buddy, Down(node, order) - Leaves(buddy), order);
  return node_down(node, order) == leaf ? STATUS_WRONG_ORDER : STATUS_INTERIOR;
}

enum status buddy_free(struct buddy *buddy, frame_t frame, uint32_t order)
{
  enum status status = block_status(buddy, frame, order);
  if (status != STATUS_OK)
    return status;
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  //@ ghost lemma_allocated(buddy);
  //@ assert leaf: Leaf(buddy, Leaves(buddy) + frame) && NodeOf(buddy, Up(Leaves(buddy) + frame, order), order);
  //@ assert node: Node(buddy, Up(Leaves(buddy) + frame, order)) && frame < buddy->nframes;
  if (!is_used(buddy, node_up(leaves(buddy) + frame, order))) {
    //@ assert not: !Allocated(buddy, frame, order);
    return free_error(buddy, frame);
  }
  //@ assert allocated: Allocated(buddy, frame, order);
  //@ assert held: !FreeFrame(buddy, frame) && !ReservedFrame(buddy, frame);
  //@ assert order: \forall integer o; Allocated(buddy, frame, o) ==> o == order;
  //@ assert first: \forall integer f, o; Allocated(buddy, f, o) && f <= frame < f + Pow2(o) ==> f == frame;
  give_block(buddy, frame, order);
  return STATUS_OK;
}

uint64_t buddy_free_frames(const struct buddy *buddy)
{
  return buddy->free_frames;
}

uint64_t buddy_free_blocks(const struct buddy *buddy, uint32_t order)
{
  return order <= BUDDY_MAX_ORDER ? buddy->count[order] : 0;
}

/* One more than the largest order with a free block; 0 when there is none. */
/*@ requires state: BuddyState(buddy);
    assigns \nothing;
    ensures range: \result <= BUDDY_ORDERS;
    ensures found: \result > 0 ==> \exists integer f; FreeBlock(buddy, f, \result - 1);
    ensures none: \forall integer f, o; \result <= o ==> !FreeBlock(buddy, f, o);
*/
static uint32_t orders_free(const struct buddy *buddy)
{
  //@ ghost lemma_numbers(buddy);
  /*@ assert count: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        NoneCounted(buddy, First(buddy, o), First(buddy, o)); */
  //@ assert left: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] == 0 ==> OrderEmpty(buddy, o);
  /*@ assert none: \forall integer n, o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] == 0 && NodeOf(buddy, n, o) ==>
        !Free(buddy, n); */
  /*@ assert counted: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        Counted(buddy, First(buddy, o), First(buddy, o), buddy->count[o]) &&
        NoneCounted(buddy, First(buddy, o), First(buddy, o)); */
  /*@ assert any: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] != 0 ==>
        !(\forall integer n; First(buddy, o) <= n < First(buddy, o) + First(buddy, o) ==> !Free(buddy, n)); */
  /*@ assert some: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] != 0 ==>
        \exists integer n; NodeOf(buddy, n, o) && Free(buddy, n); */
  //@ ghost lemma_blocks(buddy);
  /*@ assert block: \forall integer n, o; NodeOf(buddy, n, o) && Free(buddy, n) ==>
        FreeBlock(buddy, Down(n, o) - Leaves(buddy), o); */
  /*@ assert blocks: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] != 0 ==>
        \exists integer f; FreeBlock(buddy, f, o); */
  /*@ assert node: \forall integer f, o; FreeBlock(buddy, f, o) ==>
        0 <= o <= BUDDY_MAX_ORDER && NodeOf(buddy, Up(Leaves(buddy) + f, o), o); */
  /*@ assert empty: \forall integer f, o; 0 <= o <= BUDDY_MAX_ORDER && buddy->count[o] == 0 ==>
        !FreeBlock(buddy, f, o); */
  /*@ loop invariant range: 0 <= o <= BUDDY_ORDERS;
      loop invariant none: \forall integer i; o <= i <= BUDDY_MAX_ORDER ==> buddy->count[i] == 0;
      loop assigns o;
      loop variant o;
  */
  for (uint32_t o = BUDDY_ORDERS; o > 0; o--)
    if (buddy->count[o - 1] != 0)
      return o;
  return 0;
}

enum status buddy_largest_order(const struct buddy *buddy, uint32_t *order)
{
  uint32_t above = orders_free(buddy);
  if (above == 0)
    return STATUS_OUT_OF_MEMORY;
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  *order = above - 1;
  /*@ assert fields: buddy->roots == \at(buddy->roots, Pre) && buddy->nframes == \at(buddy->nframes, Pre) &&
        buddy->free.words == \at(buddy->free.words, Pre) && buddy->split == \at(buddy->split, Pre); */
  //@ assert free: SameFree{Pre, Here}(buddy);
  //@ assert split: SameSplit{Pre, Here}(buddy);
  //@ assert unmoved: Unmoved{Pre, Here}(buddy);
  //@ assert blocks: SameFreeBlocks{Pre, Here}(buddy);
  return STATUS_OK;
}

enum status buddy_find(const struct buddy *buddy, frame_t frame, enum block_state *state,
                       frame_t *first, uint32_t *order)
{
  if (frame >= buddy->nframes)
    return STATUS_OUT_OF_RANGE;
  uint64_t leaf = leaves(buddy) + frame;
  bool reserved = is_split(buddy, leaf);
  uint32_t o = reserved ? 0 : order_of(buddy, leaf);
  uint64_t node = node_up(leaf, o);
  //@ ghost lemma_numbers(buddy);
  //@ ghost lemma_powers();
  //@ ghost lemma_up();
  //@ ghost lemma_down(0);
  //@ assert leaf: Leaf(buddy, leaf);
  //@ assert whole: reserved ==> node == leaf && Down(node, o) == leaf && Pow2(o) == 1;
  //@ assert under: Leaves(buddy) <= Down(node, o) <= leaf < Down(node, o) + Pow2(o);
  //@ assert node: Node(buddy, node);
  //@ assert again: Up(Down(node, o), o) == node;
  //@ assert block: Block(buddy, Down(node, o) - Leaves(buddy), o);
  enum block_state found = reserved               ? BLOCK_RESERVED
                           : is_free(buddy, node) ? BLOCK_FREE
                                                  : BLOCK_USED;
  frame_t start = (frame_t)(node_down(node, o) - leaves(buddy));
  //@ assert start: Leaves(buddy) + start == Down(node, o);
  //@ assert inside: Block(buddy, start, o) && start <= frame < start + Pow2(o);
  //@ assert up: Up(Leaves(buddy) + start, o) == node;
  //@ assert first: reserved ==> start == frame && o == 0;
  //@ ghost lemma_blocks(buddy);
  //@ assert free: found == BLOCK_FREE <==> FreeFrame(buddy, frame);
  //@ assert free_block: found == BLOCK_FREE ==> FreeBlock(buddy, start, o);
  //@ assert reserved: found == BLOCK_RESERVED <==> ReservedFrame(buddy, frame);
  //@ assert used: found == BLOCK_USED <==> Allocated(buddy, start, o);
  //@ ghost Found:;
  *state = found;
  *first = start;
  *order = o;
  /*@ assert fields: buddy->roots == \at(buddy->roots, Found) && buddy->nframes == \at(buddy->nframes, Found) &&
        buddy->free.words == \at(buddy->free.words, Found) && buddy->split == \at(buddy->split, Found); */
  //@ assert same_free: SameFree{Found, Here}(buddy);
  //@ assert same_split: SameSplit{Found, Here}(buddy);
  //@ assert unmoved: Unmoved{Found, Here}(buddy);
  //@ assert blocks: SameBlocks{Found, Here}(buddy);
  //@ assert free_blocks: SameFreeBlocks{Found, Here}(buddy);
  //@ assert allocated: SameAllocated{Found, Here}(buddy);
  //@ assert frames: FramesFreed{Found, Here}(buddy, 0, 0);
  //@ assert kept: SameReserved{Found, Here}(buddy);
  //@ assert written: *state == found && *first == start && *order == o;
  //@ assert block_now: Block(buddy, start, o);
  //@ assert free_block_now: FreeBlock(buddy, start, o) <==> \at(FreeBlock(buddy, start, o), Found);
  //@ assert used_now: Allocated(buddy, start, o) <==> \at(Allocated(buddy, start, o), Found);
  return STATUS_OK;
}

/* The first clause of the tree that a node breaks, or null. */
/*@ requires memory: BuddyMemory(buddy);
    requires node: Node(buddy, node);
    assigns \nothing;
    ensures exact: \result == \null <==> NodeSound(buddy, node);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_node(const struct buddy *buddy, uint64_t node)
{
  if (is_free(buddy, node) && is_split(buddy, node))
    return "buddy: a block is both free and split";
  if (is_free(buddy, node) && !is_present(buddy, node))
    return "buddy: a free block is not present";
  if (is_split(buddy, node) && !is_present(buddy, node))
    return "buddy: a split block is not present";
  if (node >= 2 * (uint64_t)buddy->roots && is_free(buddy, node) && is_free(buddy, sibling(node)))
    return "buddy: two siblings are both free";
  return NULL;
}

/*@ ghost
  /@ requires memory: BuddyMemory(b);
     assigns \nothing;
     ensures sound: OrdersSound(b) ==> OrderCounts(b) && Tree(b) && Coalesced(b);
     ensures broken: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && OrderCounts(b) && Mask(b) && Hints(b) && Tree(b) &&
       Coalesced(b) ==> OrderSound(b, o);
  @/
  static void lemma_orders(const struct buddy *b)
  {
    lemma_numbers(b);
    uint64_t low = b->roots * (2 * BUDDY_ROOT_FRAMES);
    /@ loop invariant range: 0 <= i <= BUDDY_ORDERS;
       loop invariant here: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER && i == o + 1 ==> low == First(b, o);
       loop invariant start: i == 0 ==> low == Nodes(b);
       loop invariant bound: b->roots <= low;
       loop invariant sound: OrdersSound(b) ==> \forall integer n; low <= n < Nodes(b) ==> NodeSound(b, n);
       loop assigns i, low;
       loop variant BUDDY_ORDERS - i;
    @/
    for (uint32_t i = 0; i < BUDDY_ORDERS; i++) {
      /@ assert next: 2 * First(b, i) == low; @/
      /@ assert this: OrdersSound(b) ==> OrderSound(b, i); @/
      /@ assert order: OrdersSound(b) ==> \forall integer n; First(b, i) <= n < low ==> NodeSound(b, n); @/
      low = low / 2;
    }
    /@ assert top: low == b->roots; @/
    /@ assert nodes: OrdersSound(b) ==> NodesSound(b); @/
    /@ assert tree: NodesSound(b) ==> Tree(b); @/
    /@ assert coalesced: NodesSound(b) ==> Coalesced(b); @/
    /@ assert even: Coalesced(b) ==> \forall integer n; Node(b, n) && n % 2 == 0 ==> !BothFree(b, n); @/
    /@ assert odd: Coalesced(b) ==> \forall integer n; Node(b, n) && n % 2 != 0 ==> !BothFree(b, n); @/
    /@ assert sound: Tree(b) && Coalesced(b) ==> NodesSound(b); @/
    /@ assert order: \forall integer n, o; NodeOf(b, n, o) ==> Node(b, n); @/
  }
*/

/* The nodes of one order: each by itself, and their number. */
/*@ requires memory: BuddyMemory(buddy);
    requires order: order <= BUDDY_MAX_ORDER;
    assigns \nothing;
    ensures exact: \result == \null <==> OrderSound(buddy, order);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_order(const struct buddy *buddy, uint32_t order)
{
  uint64_t first = first_node(buddy, order);
  uint64_t count = 0;
  //@ ghost lemma_numbers(buddy);
  //@ assert fixed: CountFixed(buddy, First(buddy, order), First(buddy, order));
  /*@ loop invariant range: first <= node <= 2 * first;
      loop invariant sound: \forall integer n; first <= n < node ==> NodeSound(buddy, n);
      loop invariant bound: count <= node - first;
      loop invariant counted: Counted(buddy, first, node - first, count);
      loop assigns node, count;
      loop variant 2 * first - node;
  */
  for (uint64_t node = first; node < 2 * first; node++) {
    const char *broken = check_node(buddy, node);
    if (broken)
      return broken;
    count += is_free(buddy, node);
  }
  //@ assert counted: Counted(buddy, First(buddy, order), First(buddy, order), count);
  if (count != buddy->count[order])
    return "buddy: the count of an order is wrong";
  if (word_has(buddy->orders, order) != (count != 0))
    return "buddy: the mask of orders is wrong";
  if (buddy->hint[order] < first || buddy->hint[order] >= 2 * first)
    return "buddy: the hint of an order is out of its range";
  return NULL;
}

/* All orders, and that the mask has no other. */
/*@ requires memory: BuddyMemory(buddy);
    assigns \nothing;
    ensures exact: \result == \null <==> Counts(buddy) && Tree(buddy) && Coalesced(buddy);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_orders(const struct buddy *buddy)
{
  //@ ghost lemma_orders(buddy);
  /*@ loop invariant range: 0 <= order <= BUDDY_ORDERS;
      loop invariant sound: \forall integer o; 0 <= o < order ==> OrderSound(buddy, o);
      loop assigns order;
      loop variant BUDDY_ORDERS - order;
  */
  for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++) {
    const char *broken = check_order(buddy, order);
    //@ assert order: broken == \null <==> OrderSound(buddy, order);
    //@ assert wrong: broken != \null ==> !(Counts(buddy) && Tree(buddy) && Coalesced(buddy));
    if (broken)
      return broken;
  }
  //@ assert all: OrdersSound(buddy);
  //@ assert tree: OrderCounts(buddy) && Tree(buddy) && Coalesced(buddy);
  /*@ assert each: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==>
        OrderSound(buddy, o) && NodeOf(buddy, buddy->hint[o], o); */
  //@ assert hints: Hints(buddy);
  /*@ assert low: \forall integer o; 0 <= o <= BUDDY_MAX_ORDER ==> (Bit(buddy->orders, o) <==> buddy->count[o] != 0); */
  uint32_t beyond = word_next(buddy->orders, BUDDY_ORDERS);
  //@ assert mask: beyond == 64 <==> Mask(buddy);
  if (beyond < 64)
    return "buddy: the mask of orders is wrong";
  return NULL;
}

/* How many frames lie in free blocks, counted one by one. */
/*@ requires memory: BuddyMemory(buddy);
    assigns \nothing;
    ensures exact: FrameCount(buddy, \result);
*/
static uint64_t count_frames(const struct buddy *buddy)
{
  uint64_t count = 0;
  /*@ loop invariant range: 0 <= frame <= buddy->nframes;
      loop invariant bound: count <= frame;
      loop invariant counted: CountedLeaves(buddy, Leaves(buddy), frame, count);
      loop assigns frame, count;
      loop variant buddy->nframes - frame;
  */
  for (uint64_t frame = 0; frame < buddy->nframes; frame++)
    count += free_above(buddy, leaves(buddy) + frame) != BUDDY_ORDERS;
  return count;
}

/* The frames beyond the end, and the number of free ones. */
/*@ requires memory: BuddyMemory(buddy);
    assigns \nothing;
    ensures exact: \result == \null <==>
      EndReserved(buddy) && FrameCount(buddy, buddy->free_frames);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_frames(const struct buddy *buddy)
{
  //@ assert fixed: LeafFixed(buddy, Leaves(buddy), buddy->nframes);
  /*@ loop invariant range: buddy->nframes <= frame <= Leaves(buddy);
      loop invariant reserved: \forall integer x; Leaves(buddy) + buddy->nframes <= x < Leaves(buddy) + frame ==>
        Split(buddy, x);
      loop assigns frame;
      loop variant Leaves(buddy) - frame;
  */
  for (uint64_t frame = buddy->nframes; frame < leaves(buddy); frame++)
    if (!is_split(buddy, leaves(buddy) + frame))
      return "buddy: a frame beyond the end is not reserved";
  uint64_t count = count_frames(buddy);
  //@ assert counted: CountedLeaves(buddy, Leaves(buddy), buddy->nframes, count);
  //@ assert end: EndReserved(buddy);
  /*@ assert right: CountedLeaves(buddy, Leaves(buddy), buddy->nframes, buddy->free_frames) <==>
        count == buddy->free_frames; */
  if (count != buddy->free_frames)
    return "buddy: the count of free frames is wrong";
  return NULL;
}

const char *buddy_check(const struct buddy *buddy)
{
  const char *broken = bitset_check(&buddy->free);
  if (!broken)
    broken = check_orders(buddy);
  if (!broken)
    broken = check_frames(buddy);
  return broken;
}
