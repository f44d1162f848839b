(* Loaded into Frama-C, which sets its minor heap to 256k words when it starts, whatever OCAMLRUNPARAM says, and then
   spends a quarter of its time on collections. *)
let () = Gc.set { (Gc.get ()) with Gc.minor_heap_size = 8 * 1024 * 1024; Gc.space_overhead = 1000 }
