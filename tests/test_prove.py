"""The prove driver: what it reads from Frama-C's output, and what it refuses."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "proofs"))
import prove  # noqa: E402

OUTPUT = """\
[wp] [CFG] Goal f_terminates : Valid (Trivial)
[wp] [Qed] Goal typed_f_ensures : Valid (2ms)
[wp] [Z3 4.8.12] Goal typed_f_at_assert : Valid (Qed:2ms) (1.5s) (105584) (cached)
[wp] [Failed] Goal typed_f_ensures_bad
  Z3 4.8.12: Timeout (Qed:2ms) (3s)
[wp] [Qed] Goal typed_lemma_up : Valid
"""


class Lemmas(unittest.TestCase):
    def test_they_are_read_with_and_without_labels(self):
        text = "/*@ lemma a: x;\n  lemma b{L}: y;\n  lemma c{A, B}:\n    z; */\n// a lemma d: prose\n check lemma e: f;"
        self.assertEqual(prove.LEMMA.findall(text), ["a", "b", "c"])


class HeaderFunctions(unittest.TestCase):
    def test_they_are_found_with_attributes_and_over_two_lines_and_values_are_none(self):
        text = ("static inline int a(int x)\n{\n}\n__attribute__((always_inline)) static inline struct place\nb(int x)\n{\n}\n"
                "__attribute__((noinline, unused)) static void c(int x)\n{\n}\nstatic const int d = e(1);\nint f(int x);\n")
        self.assertEqual(prove.INLINE.findall(text), ["a", "b", "c"])

    def test_one_of_a_header_that_is_not_included_leaves_no_function_of_the_same_name_out(self):
        module = prove.load_module(prove.PROOFS / "modules" / "buddy.ini")
        self.assertIn("order_of", (prove.ROOT / "core" / "buddy.c").read_text())
        self.assertIn("order_of", prove.INLINE.findall((prove.ROOT / "core" / "table.h").read_text()))
        self.assertNotIn("order_of", prove.header_inlines(module))
        self.assertIn("word_lowest", prove.header_inlines(module))


class Unreachable(unittest.TestCase):
    def test_dead_code_is_accepted_in_the_functions_named_and_in_the_module_that_names_them_alone(self):
        walk, walk5 = (prove.load_module(prove.PROOFS / "modules" / f"{name}.ini") for name in ("walk3", "walk5"))
        self.assertFalse(prove.reachable(walk, "typed_index_of_wp_smoke_dead_code_s273"))
        self.assertTrue(prove.reachable(walk, "typed_index_of_wp_smoke_default_requires"))
        self.assertTrue(prove.reachable(walk, "typed_page_of_wp_smoke_dead_code_s1"))
        self.assertTrue(prove.reachable(walk5, "typed_index_of_wp_smoke_dead_code_s273"))


class FunctionNames(unittest.TestCase):
    def test_they_are_read_from_frama_c_s_report(self):
        self.assertEqual(prove.function_names('{"wp:functions": {"f": {}, "g": {}}}'), ["f", "g"])

    def test_a_module_of_lemmas_alone_has_none_though_its_report_is_null(self):
        self.assertEqual(prove.function_names("null"), [])


class LoadModule(unittest.TestCase):
    def write(self, name, text):
        path = Path(self.folder.name) / f"{name}.ini"
        path.write_text(text)
        return path

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.write("tree", "[module]\nsource = tree.c\nprovers = cvc4\noptions = -a\n[says]\nf = F.\n")

    def test_a_module_like_another_says_only_what_differs(self):
        module = prove.load_module(self.write("small", "[module]\nlike = tree\noptions = -b\n"))
        self.assertEqual((module.name, module.source, module.provers, module.options, module.says),
                         ("small", "tree.c", "cvc4", ["-b"], {"f": "F."}))

    def test_scripts_are_the_module_s_own_unless_said(self):
        self.assertEqual(prove.load_module(Path(self.folder.name) / "tree.ini").scripts, ["tree"])
        self.assertEqual(prove.load_module(self.write("small", "[module]\nlike = tree\nscripts = tree own\n")).scripts, ["tree", "own"])


class ReadGoals(unittest.TestCase):
    def setUp(self):
        self.goals = prove.read_goals(OUTPUT, ["f", "f_at"])

    def test_every_goal_line_is_one_goal(self):
        self.assertEqual(len(self.goals), 5)

    def test_a_goal_without_a_verdict_is_open(self):
        self.assertEqual([g.name for g in self.goals if not g.valid], ["typed_f_ensures_bad"])

    def test_a_goal_belongs_to_the_longest_function_name_that_fits(self):
        self.assertEqual([g.function for g in self.goals], ["f", "f", "f_at", "f", "(lemmas)"])

    def test_the_time_is_the_slowest_of_the_line(self):
        self.assertEqual(self.goals[2].milliseconds, 1500.0)

    def test_provers_are_counted_for_valid_goals_only(self):
        self.assertEqual(prove.summary_of(self.goals), "Qed 3, Z3 1")


class Drivers(unittest.TestCase):
    """What stands in proofs/provers may make a goal harder to prove, never easier."""
    def lines(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        was, prove.PROVERS = prove.PROVERS, Path(folder.name)
        self.addCleanup(lambda: setattr(prove, "PROVERS", was))
        (Path(folder.name) / "p.drv").write_text(text)
        return prove.added_premises()

    def test_the_committed_ones_only_take_premises_away(self):
        self.assertEqual(prove.added_premises(), [])

    def test_a_symbol_may_be_made_unusable_but_given_no_meaning(self):
        self.assertEqual(self.lines('theory a.B\n  syntax function f "(not_used_here %1)"\nend\n'), [])
        self.assertEqual(len(self.lines('theory a.B\n  syntax predicate p "true"\nend\n')), 1)

    def test_a_prelude_may_name_a_logic_and_assert_nothing(self):
        self.assertEqual(self.lines('prelude "(set-logic AUFDTNIA)"\n'), [])
        self.assertEqual(len(self.lines('prelude "(assert false)"\n')), 1)

    def test_what_counts_as_proved_is_not_redefined_not_even_behind_a_comment_or_another_message(self):
        for line in ('valid "unknown"', '(* *) valid "unknown" (* *)', 'unknown "a" "b" valid "unknown" "(not unknown!)"'):
            self.assertEqual(len(self.lines(line + "\n")), 1, line)

    def test_what_why3_s_own_drivers_for_these_provers_say_may_be_said_in_the_same_theory(self):
        self.assertEqual(self.lines('transformation "eliminate_definition"\n'), [])
        self.assertEqual(len(self.lines('transformation "introduce_premises_of_mine"\n')), 1)
        self.assertEqual(self.lines('theory int.EuclideanDivision\n  syntax function div "(div %1 %2)"\nend\n'), [])
        self.assertEqual(len(self.lines('theory int.Other\n  syntax function div "(div %1 %2)"\nend\n')), 1)

    def test_what_why3_s_own_drivers_leave_in_a_comment_may_not_be_said(self):
        self.assertEqual(len(self.lines('theory int.ComputerDivision\n  syntax function div "(div %1 %2)"\nend\n')), 1)

    def test_only_what_why3_s_own_drivers_import_and_those_beside_them_are_imported(self):
        for path in ("z3.gen", "/usr/share/why3/drivers/smt-libv2.gen"):
            self.assertEqual(self.lines(f'import "{path}"\n'), [], path)
        for path in ("/tmp/z3.drv", "/usr/share/why3/drivers/alt_ergo.drv", "../z3.drv"):
            self.assertEqual(len(self.lines(f'import "{path}"\n')), 1, path)


class FirstProvers(unittest.TestCase):
    """Which prover goes first for a goal: a hint that costs or saves time, and changes no verdict."""
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.was, prove.PROOFS = prove.PROOFS, self.folder
        self.addCleanup(lambda: setattr(prove, "PROOFS", self.was))

    def module(self, first=(), goals=()):
        return prove.Module(name="m", source="m.c", summary="", scripts=[], provers="script,cvc4,z3", timeout="1", options=[],
                            inlines_of=[], lemmas_of=[], trusts=[], special={}, says={}, first=dict(first), goals=list(goals))

    def test_it_is_laid_as_a_script_of_the_goal(self):
        prove.lay_first(self.module({"typed_f_ensures": ["z3", 20.0]}), self.folder / "script")
        text = (self.folder / "script" / "f_ensures.json").read_text()
        self.assertEqual(json.loads(text), [{"prover": "Z3:" + prove.VERSIONS["z3"][1], "verdict": "valid"}])

    def test_a_prover_with_other_settings_is_named_with_them(self):
        prove.lay_first(self.module({"typed_f_ensures": ["z3-reals", 20.0]}), self.folder / "script")
        text = (self.folder / "script" / "f_ensures.json").read_text()
        self.assertEqual(json.loads(text)[0]["prover"], "Z3:" + prove.VERSIONS["z3"][1] + ":reals")

    def test_it_leaves_a_script_of_tactics_alone(self):
        (self.folder / "script").mkdir()
        (self.folder / "script" / "f_ensures.json").write_text("[]")
        prove.lay_first(self.module({"typed_f_ensures": ["z3", 20.0]}), self.folder / "script")
        self.assertEqual((self.folder / "script" / "f_ensures.json").read_text(), "[]")

    def test_a_goal_proved_by_such_a_script_counts_for_its_prover(self):
        goal, = prove.read_goals("[wp] [Script] Goal typed_f_ensures : Valid\n", ["f"], {"typed_f_ensures": ["z3", 20.0]})
        self.assertEqual((goal.prover, goal.valid, goal.milliseconds), ("z3", True, 20.0))

    def test_a_goal_whose_script_fails_stays_open(self):
        goal, = prove.read_goals("[wp] [Script] Goal typed_f_ensures : Unknown\n", ["f"], {"typed_f_ensures": ["z3", 20.0]})
        self.assertFalse(goal.valid)

    def test_only_goals_of_another_prover_than_the_first_are_kept(self):
        goals = [prove.Goal("typed_a", "f", "cvc4", True, 1.0), prove.Goal("typed_b", "f", "z3", True, 2.0),
                 prove.Goal("typed_c", "f", "qed", True, 3.0), prove.Goal("typed_d", "f", "z3", False, 4.0)]
        prove.write_first([self.module(goals=goals)])
        self.assertEqual(prove.first_provers(), {"m": {"typed_b": ["z3", 2.0]}})


class Tune(unittest.TestCase):
    """Which goals another prover is to try first."""
    def faster(self, alone, before):
        module = prove.Module(name="m", source="m.c", summary="", scripts=[], provers="script,cvc4,z3", timeout="9", options=[],
                              inlines_of=[], lemmas_of=[], trusts=[], special={}, says={})
        fake = {"groups": lambda m: {"main": ["-wp-timeout", m.timeout]}, "unpack_cache": lambda *_: None,
                "replay_record": lambda: {"m": {"functions": {"f": before}}}, "run_group": self.run_group(alone)}
        for name, value in fake.items():
            self.addCleanup(setattr, prove, name, getattr(prove, name))
            setattr(prove, name, value)
        return prove.tune(module, "z3", 1)

    def run_group(self, alone):
        def run(module, _group, options, mode, _jobs):
            self.assertEqual((module.provers, options, mode), ("z3", ["-wp-timeout", "1"], "none"))
            return [prove.Goal(*goal) for goal in alone]
        return run

    def test_a_goal_proved_in_less_than_two_thirds_of_the_time_is_one(self):
        self.assertEqual(self.faster([("a", "f", "z3", True, 60.0)], [["a", "cvc4", 100.0]]), {"a": ["z3", 60.0]})

    def test_a_goal_that_is_hardly_faster_stays_as_it_is(self):
        self.assertEqual(self.faster([("a", "f", "z3", True, 70.0)], [["a", "cvc4", 100.0]]), {})

    def test_a_goal_that_stays_open_or_that_needed_no_prover_is_none(self):
        self.assertEqual(self.faster([("a", "f", "z3", False, 1.0), ("b", "f", "z3", True, 1.0), ("c", "f", "qed", True, 1.0)],
                                     [["a", "cvc4", 100.0], ["b", "qed", 0.0], ["c", "cvc4", 100.0]]), {})


class Judge(unittest.TestCase):
    def module(self, **fields):
        values = dict(name="m", source="core/status.c", summary="", scripts=["m"], provers="z3", timeout="1", options=[],
                      inlines_of=[], lemmas_of=[], trusts=[], special={}, says={})
        return prove.Module(**{**values, **fields})

    def test_a_warning_of_unsoundness_is_a_problem(self):
        for text in ("Missing RTE guards", "Memory model hypotheses for function 'f'",
                     "Neither code nor specification for function g"):
            self.assertTrue(prove.UNSOUND.search(text), text)

    def test_a_builtin_without_a_contract_is_a_problem_unless_only_trusted_bodies_call_it(self):
        warning = "[kernel:annot:missing-spec] f.h:1: Warning: \n  Neither code nor specification for function {}, x"
        self.assertEqual(list(prove.unsound(warning.format("__atomic_load_n"))), [])
        self.assertEqual(len(list(prove.unsound(warning.format("surprise")))), 2)

    def test_an_assumed_contract_outside_the_trusted_list_is_a_problem(self):
        module = self.module(goals=prove.read_goals(OUTPUT, ["f"]), assumed={"surprise"})
        problems, assumed = prove.judge([module], everything=True)
        self.assertIn("surprise", assumed)
        self.assertTrue(any("surprise" in p for p in problems))

    def test_a_contract_proved_in_another_module_is_not_assumed(self):
        module = self.module(goals=prove.read_goals(OUTPUT, ["f"]), assumed={"f"})
        _, assumed = prove.judge([module], everything=True)
        self.assertEqual(assumed, set())

    def test_a_lemma_that_nothing_proves_is_a_problem(self):
        module = self.module(source="proofs/order.c", goals=prove.read_goals(OUTPUT, ["f"]))
        problems, _ = prove.judge([module], everything=True)
        self.assertTrue(any("nothing proves the lemma" in p for p in problems))

    def test_where_functions_are_left_out_the_module_s_own_lemmas_are_a_run_of_their_own(self):
        runs = prove.groups(self.module(source="proofs/theorems.c", lemmas_of=["proofs/theorems.c"]))
        self.assertIn("-wp-skip-fct", runs["main"])
        self.assertIn("@lemma,", runs["lemmas"][-1])
        self.assertNotIn("-given_back", runs["lemmas"][-1])

    def test_fewer_goals_than_the_floor_is_a_problem(self):
        name, count = next(iter(prove.floors().items()), ("m", 0))
        if not count:
            self.skipTest("no floor is committed")
        problems, _ = prove.judge([self.module(name=name)], everything=False)
        self.assertTrue(any("floor" in p for p in problems))


class Record(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        proofs = prove.PROOFS
        self.addCleanup(setattr, prove, "PROOFS", proofs)
        prove.PROOFS = Path(self.folder.name)
        (prove.PROOFS / "cache").mkdir()
        (prove.PROOFS / "scripts" / "own").mkdir(parents=True)

    def module(self, **fields):
        goals = [prove.Goal("typed_f_ensures_a", "f", "Z3", True, 12.0)]
        values = dict(name="m", source="core/status.c", summary="", scripts=["own"], provers="z3", timeout="1", options=[],
                      inlines_of=[], lemmas_of=[], trusts=[], special={}, says={}, goals=goals, assumed={"g"})
        return prove.Module(**{**values, **fields})

    def test_what_a_replay_came_to_is_read_back_whole(self):
        prove.write_replay_record([self.module()], {"m"})
        again = self.module(goals=[], assumed=set())
        self.assertTrue(prove.recorded(again))
        self.assertEqual((again.goals, again.assumed, again.recorded), (self.module().goals, {"g"}, True))

    def test_a_change_of_options_cache_or_scripts_calls_for_a_replay(self):
        prove.write_replay_record([self.module()], {"m"})
        self.assertFalse(prove.recorded(self.module(timeout="2")))
        (prove.PROOFS / "scripts" / "own" / "lemma.json").write_text("[]")
        self.assertFalse(prove.recorded(self.module()))
        prove.write_replay_record([self.module()], {"m"})
        self.assertTrue(prove.recorded(self.module()))
        (prove.PROOFS / "cache" / "m.json").write_text("{}")
        self.assertFalse(prove.recorded(self.module()))

    def test_a_module_with_an_open_goal_or_a_problem_is_not_recorded(self):
        opened = self.module(name="o", goals=[prove.Goal("typed_f_ensures_a", "f", "", False, 0.0)])
        prove.write_replay_record([opened, self.module(name="p", problems=["floor"])], {"o", "p"})
        self.assertEqual(prove.replay_record(), {})


class Scoreboard(unittest.TestCase):
    def test_only_columns_that_do_not_change_between_runs_are_compared(self):
        one = "| `f` | 3/3 | Qed 3 | 0.1 s | says |"
        two = "| `f` | 3/3 | Z3 3 | 2.0 s | says |"
        self.assertEqual(prove.stable(one), prove.stable(two))
        self.assertNotEqual(prove.stable(one), prove.stable(one.replace("3/3", "2/3")))


if __name__ == "__main__":
    unittest.main()
