"""Source mutants: how they are made, and how they are judged."""
import contextlib
import io
import sys
import tempfile
import time
import types
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "proofs"))
import csource  # noqa: E402
import mutate  # noqa: E402
import notice  # noqa: E402
import prove  # noqa: E402
import source_mutants  # noqa: E402

FUNCTION = "/*@ ensures x < 1; */\nstatic inline {}\n{{\n{}\n}}\n"


def made(body, operator=None, head="int f(int a, int b)"):
    """What stands in the changed lines of each mutant of a function."""
    return [m.new for m in mutate.mutants_of("core/a.h", FUNCTION.format(head, body)) if operator in (None, m.operator)]


class Operators(unittest.TestCase):
    def test_a_comparison_becomes_each_that_differs_from_it_in_one_case(self):
        self.assertEqual(made("g(a < b);", "relation"), ["g(a <= b);", "g(a != b);"])
        self.assertEqual(made("g(a == b);", "relation"), ["g(a != b);", "g(a <= b);", "g(a >= b);"])

    def test_an_arithmetic_operator_becomes_another(self):
        self.assertEqual(made("a = a % b;", "arithmetic"), ["a = a / b;"])
        self.assertEqual(made("a <<= b;", "arithmetic"), ["a >>= b;"])
        self.assertEqual(made("a++;", "arithmetic"), ["a--;"])
        self.assertEqual(made("a = ~b;", "arithmetic"), ["a = b;"])

    def test_a_star_before_a_pointer_and_an_address_are_no_arithmetic(self):
        self.assertEqual(made("struct s *p = (struct s *)&a; uint64_t *q = (uint64_t *)*p; *q = b;", "arithmetic"), [])

    def test_what_follows_a_cast_has_one_operand_and_what_follows_brackets_has_two(self):
        self.assertEqual(made("a = (int)-b;", "arithmetic"), ["a = (int) b;"])
        self.assertEqual(made("a = (a)-b;", "arithmetic"), ["a = (a)+b;"])

    def test_a_number_becomes_one_more_and_one_less_and_keeps_its_suffix(self):
        self.assertEqual(made("a = 0x10u;", "constant"), ["a = 17u;", "a = 15u;"])

    def test_zero_becomes_one_only(self):
        self.assertEqual(made("a = 0;", "constant"), ["a = 1;"])

    def test_a_named_constant_too_but_no_macro_that_is_called(self):
        self.assertEqual(made("a = FRAME_SIZE;", "constant"), ["a = (FRAME_SIZE + 1);", "a = (FRAME_SIZE - 1);"])
        self.assertEqual(made("a = LIKELY(b);", "constant"), [])

    def test_true_becomes_false(self):
        self.assertEqual(made("a = true;", "constant"), ["a = false;"])

    def test_conditions_are_negated_wherever_they_stand(self):
        self.assertEqual(made("if (a)\n g();", "condition"), ["if (!(a))"])
        self.assertEqual(made("while (a)\n g();", "condition"), ["while (!(a))"])
        self.assertEqual(made("do {\n g();\n } while (a);", "condition"), ["} while (!(a));"])
        self.assertEqual(made("for (int i = 0; g(a, b); i++)\n g();", "condition"), ["for (int i = 0; !(g(a, b)); i++)"])
        self.assertEqual(made("return h(a) + g(b ? 1 : 2);", "condition"), ["return h(a) + g(!(b) ? 1 : 2);"])
        self.assertEqual(made("return h[a] > b ? 1 : 2;", "condition"), ["return !(h[a] > b) ? 1 : 2;"])

    def test_a_loop_without_a_condition_has_none_to_negate(self):
        self.assertEqual(made("for (;;)\n g();", "condition"), [])

    def test_and_becomes_or_and_a_negation_goes(self):
        self.assertEqual(made("a = a && !b;", "condition"), ["a = a || !b;", "a = a && b;"])

    def test_what_a_function_of_two_values_returns_is_a_condition(self):
        self.assertEqual(made("return g(a);", "condition", "bool f(int a)"), ["return !(g(a));"])
        self.assertEqual(made("return g(a);", "condition", "bool *f(int a)"), [])

    def test_statements_are_left_out_but_no_declarations_and_no_blocks(self):
        body = "  int c = 1;\n  struct s d;\n  uint64_t *e = 0;\n  if (a)\n    return 1;\n  else\n    g();\n  for (c = 0; c < 9; c++) {\n    h();\n  }\n  (void)b;\n  *e = 1;"
        mutants = mutate.mutants_of("core/a.h", FUNCTION.format("int f(int a)", body))
        self.assertEqual([(m.old, m.new) for m in mutants if m.operator == "statement"],
                         [("return 1;", ";"), ("g();", ";"), ("h();", ";"), ("*e = 1;", ";")])

    def test_a_statement_after_a_label_is_left_out(self):
        self.assertEqual(made("switch (a) {\n case X:\n  return 1;\n default:\n  break;\n }", "statement"), [";", ";"])

    def test_neighbouring_arguments_are_swapped_and_equal_ones_are_not(self):
        self.assertEqual(made("g(a, h(b, b), -1);", "arguments"), ["g(h(b, b), a, -1);", "g(a, -1, h(b, b));"])

    def test_what_stands_in_brackets_after_a_keyword_is_no_argument(self):
        self.assertEqual(made("if (a, b)\n ;", "arguments"), [])


class Code(unittest.TestCase):
    TEXT = ('#define N 5 + \\\n  6\n/*@ requires a < 1; */\nint f(int a)\n{\n  // a + 1\n  //@ assert a < 2;\n  /*@ loop invariant a < 3; */\n'
            '  g("a + 4");\n  /*@ ghost int i = 7; */\n  return a + /* 8 */ 9;\n}\nint x = 10;\nstruct s {\n  int y[11];\n};\n')

    def test_comments_annotations_macros_strings_and_what_is_outside_of_functions_stay(self):
        for mutant in mutate.mutants_of("core/a.h", self.TEXT):
            self.assertEqual(csource.BLANK.findall(mutant.text), csource.BLANK.findall(self.TEXT))
            self.assertTrue(mutant.text.endswith("int x = 10;\nstruct s {\n  int y[11];\n};\n"))

    def test_a_change_that_would_take_a_comment_along_is_none(self):
        self.assertEqual([m.operator for m in mutate.mutants_of("core/a.h", self.TEXT)], ["statement", "arithmetic", "constant", "constant"])

    def test_functions_are_those_with_a_body(self):
        text = ("int g(int a);\nstatic bool f(struct s *a)\n{\n  return {1};\n}\nint k[] = {1};\n"
                "__attribute__((always_inline)) static inline uint64_t\nh(void)\n{\n}\n")
        self.assertEqual([(f.name, f.is_bool) for f in csource.functions_of(text)], [("f", True), ("h", False)])

    def test_a_mutant_knows_its_function_line_and_lines(self):
        text = FUNCTION.format("int f(int a)", "  g(a,\n    1);\n  h();")
        mutant = next(m for m in mutate.mutants_of("core/a.h", text) if m.operator == "arguments")
        self.assertEqual((mutant.function, mutant.line, mutant.old, mutant.new), ("f", 4, "g(a, 1);", "g(1, a);"))

    def test_the_same_text_is_made_only_once(self):
        texts = [m.text for m in mutate.mutants_of("core/a.h", FUNCTION.format("bool f(int a)", "return !a;"))]
        self.assertEqual(len(texts), len(set(texts)))


class Modules(unittest.TestCase):
    def test_every_function_of_the_core_and_of_the_entries_is_in_a_file_of_one_module(self):
        self.assertEqual({file for _, file, _ in prove.core_bodies()} - set(source_mutants.owners()), set())

    def test_a_module_or_a_file_is_asked_for(self):
        self.assertEqual([file for _, file in source_mutants.chosen("bitset")], ["core/bitset.h", "core/climb.h", "core/bitset.c"])
        for name in ("core/reference.h", "reference.h", "reference"):
            self.assertEqual([(m.name, file) for m, file in source_mutants.chosen(name)], [("frame", "core/reference.h")])

    def test_a_name_that_is_none_is_refused(self):
        with self.assertRaises(SystemExit):
            source_mutants.chosen("nothing")

    def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order(self):
        cases = list(range(100))
        one = source_mutants.sampled(cases, 0, 10, 7)
        self.assertEqual(one, source_mutants.sampled(cases, 0, 10, 7))
        self.assertNotEqual(one, source_mutants.sampled(cases, 0, 10, 8))
        self.assertEqual(one, sorted(one))
        self.assertEqual(source_mutants.sampled(cases, 3, 0, 1), [0, 1, 2])


class Equivalent(unittest.TestCase):
    TEXT = "# why\n@ core/a.c f\n-   if (a  < b)\n+   if (a <= b)\n= they are\n= never equal\n"

    def test_a_block_is_a_place_two_lines_and_a_reason(self):
        self.assertEqual(source_mutants.read_equivalent(self.TEXT), {("core/a.c", "f", "if (a < b)", "if (a <= b)"): "they are never equal"})

    def tree(self, line):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        (Path(folder.name) / "core").mkdir()
        (Path(folder.name) / "core" / "a.c").write_text(f"int f(int a, int b)\n{{\n  {line}\n    g();\n}}\n")
        return Path(folder.name)

    def test_a_reason_whose_mutant_is_made_is_good(self):
        self.assertEqual(source_mutants.stale(source_mutants.read_equivalent(self.TEXT), self.tree("if (a < b)")), [])

    def test_a_reason_whose_line_is_no_longer_there_is_stale(self):
        wrong = source_mutants.stale(source_mutants.read_equivalent(self.TEXT), self.tree("if (a < b + 1)"))
        self.assertEqual(len(wrong), 1)
        self.assertIn("stale: core/a.c f", wrong[0])

    def test_a_reason_for_a_file_that_is_gone_is_stale(self):
        self.assertEqual(len(source_mutants.stale({("core/b.c", "f", "x", "y"): "z"}, self.tree("x"))), 1)

    def test_the_committed_ones_have_a_reason_and_a_mutant(self):
        reasons = source_mutants.read_equivalent(source_mutants.EQUIVALENT.read_text())
        self.assertEqual(source_mutants.stale(reasons), [])
        self.assertEqual([key for key, reason in reasons.items() if not reason], [])


def module(**more):
    return prove.Module(name="m", source="proofs/m.c", summary="", scripts=[], provers="script,z3,cvc4", timeout="7", options=["-a"],
                        inlines_of=[], lemmas_of=[], trusts=["trusted"], special={}, says={}, **more)


def redirect_work(test):
    """Answers, trees and sessions of this test in a folder of its own."""
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    patch = mock.patch.object(notice, "WORK", Path(folder.name))
    patch.start()
    test.addCleanup(patch.stop)


def case(text="x", reason="", function="f"):
    return source_mutants.Case(module(), mutate.Mutant("core/a.c", function, 1, "relation", "a < b", "a <= b", text), reason)


class Prover(unittest.TestCase):
    """What is made of Frama-C's words, with a Frama-C that only says them."""
    VALID = "[wp] [Qed] Goal typed_f_a : Valid (2ms)\n[wp] [Z3 4.8.12] Goal typed_f_b : Valid (Qed:1ms) (2.5s)\n[wp] Proved goals:    2 / 2\n"

    def setUp(self):
        redirect_work(self)
        self.tree = types.SimpleNamespace(root=Path("/tree"), planted=lambda _: contextlib.nullcontext())
        self.base = {"provers": "script,z3", "limit": 10, "seconds": 2}

    def run_as(self, said):
        def run(options, root, seconds):
            self.options, self.root, self.seconds = options, root, seconds
            return said
        return run

    def test_the_function_as_it_is_says_how_long_and_which_provers(self):
        base = notice.baseline(module(), "f", self.tree, self.run_as((None, self.VALID, 0)))
        self.assertEqual((base["provers"], base["limit"], base["goals"]), ("script,z3", 10, 2))
        self.assertEqual(self.options[-5:], ["-wp-timeout", "7", "-wp-fct", "f", "-a"])

    def test_a_function_that_is_not_proved_as_it_is_makes_no_kill(self):
        with self.assertRaises(notice.Failure):
            notice.baseline(module(), "f", self.tree, self.run_as(("typed_f_a", "", None)))

    def test_a_mutant_is_proved_in_its_tree_with_that_time_and_those_provers(self):
        answer = notice.proof(module(), case().mutant, self.tree, self.base, self.run_as((None, self.VALID, 0)))
        self.assertEqual((answer["verdict"], answer["goals"], self.root), ("valid", 2, Path("/tree")))
        self.assertEqual(self.options[-5:], ["-wp-timeout", "10", "-wp-fct", "f", "-a"])
        self.assertIn("script,z3", self.options)

    def test_a_goal_that_is_not_valid_kills(self):
        answer = notice.proof(module(), case().mutant, self.tree, self.base, self.run_as(("typed_f_b", "...", None)))
        self.assertEqual((answer["verdict"], answer["goal"]), ("killed", "typed_f_b"))

    def test_a_crash_a_syntax_error_and_a_run_without_goals_are_no_kills(self):
        for printed, code in (("[kernel] User Error: unbound variable\n", 1), ("", -9), ("[wp] No goal generated\n", 0),
                              (self.VALID.replace("2 / 2", "2 / 3"), 0), ("[wp] Proved goals:    0 / 0\n", 0)):
            with self.assertRaises(notice.Failure, msg=printed):
                notice.proof(module(), case().mutant, self.tree, self.base, self.run_as((None, printed, code)))

    def test_a_trusted_function_has_no_proof(self):
        answer = notice.proof(module(), case(function="trusted").mutant, self.tree, self.base, None)
        self.assertEqual(answer, {"verdict": "trusted"})

    def test_frama_c_is_ended_at_the_first_goal_that_is_not_valid(self):
        lines = "[wp] [Qed] Goal typed_f_a : Valid\\n[wp] [Failed] Goal typed_f_b\\n"
        with mock.patch.object(prove, "collected", lambda a: ["sh", "-c", f"printf '{lines}'; sleep 60"]):
            start = time.monotonic()
            goal, printed, code = notice.frama_c([], Path("/"), 50)
        self.assertEqual((goal, code), ("typed_f_b", None))
        self.assertIn("typed_f_a : Valid", printed)
        self.assertLess(time.monotonic() - start, 30)

    def test_a_run_whose_time_is_up_is_ended_and_is_no_kill(self):
        with mock.patch.object(prove, "collected", lambda a: ["sh", "-c", "sleep 60"]):
            goal, printed, code = notice.frama_c([], Path("/"), 0.2)
        self.assertIsNone(goal)
        with self.assertRaises(notice.Failure):
            notice.all_valid(printed, code)


class FakeRun:
    """Answers that are given before: of proof, corpus and fuzzer."""
    def __init__(self, proof, replay="silent", fuzz="silent", fuzz_all=False):
        self.options = types.SimpleNamespace(fuzz_all=fuzz_all)
        self.asked = []
        for name, verdict in (("prove", proof), ("replay", replay), ("fuzz", fuzz)):
            setattr(self, name, lambda case, tree, name=name, verdict=verdict: self.answer(name, verdict))

    def answer(self, name, verdict):
        self.asked.append(name)
        if verdict == "error":
            raise notice.Failure("no answer")
        return {"verdict": verdict, "goals": 3, "execs": 5} if verdict == "valid" else {"verdict": verdict}


class Judge(unittest.TestCase):
    def judged(self, run, reason=""):
        one = case(reason=reason)
        source_mutants.judge(one, run, None)
        return one.verdict, run.asked

    def test_one_that_the_proof_notices_is_not_fuzzed(self):
        self.assertEqual(self.judged(FakeRun("killed")), ("proof", ["prove"]))

    def test_one_that_the_proof_notices_is_fuzzed_too_if_that_is_wanted(self):
        self.assertEqual(self.judged(FakeRun("killed", fuzz_all=True)), ("proof", ["prove", "replay", "fuzz"]))

    def test_one_that_is_proved_goes_to_the_corpus_and_then_to_the_fuzzer(self):
        self.assertEqual(self.judged(FakeRun("valid", "killed")), ("fuzz", ["prove", "replay"]))
        self.assertEqual(self.judged(FakeRun("valid", "silent", "killed")), ("fuzz", ["prove", "replay", "fuzz"]))

    def test_one_that_nothing_notices_has_survived(self):
        self.assertEqual(self.judged(FakeRun("valid"))[0], "survived")
        self.assertEqual(self.judged(FakeRun("trusted"))[0], "survived")

    def test_one_that_nothing_notices_and_that_has_a_reason_is_equivalent(self):
        self.assertEqual(self.judged(FakeRun("valid"), "the same"), ("equivalent", ["prove", "replay"]))

    def test_a_reason_for_one_that_the_corpus_notices_is_an_error(self):
        self.assertEqual(self.judged(FakeRun("valid", "killed"), "the same")[0], "error")

    def test_no_answer_is_an_error_and_no_kill(self):
        self.assertEqual(self.judged(FakeRun("error"))[0], "error")
        self.assertEqual(self.judged(FakeRun("valid", "error"))[0], "error")

    def test_what_does_not_compile_or_compiles_to_the_same_is_not_judged(self):
        cases = [case() for _ in range(5)]
        source_mutants.drop(cases, ["1", None, "0", "1", "2"], {"m": "0"})
        self.assertEqual([c.verdict for c in cases], ["", "stillborn", "same object", "duplicate", ""])


class Resume(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.asked = Path(folder.name), 0

    def ask(self):
        self.asked += 1
        return {"verdict": "killed"}

    def test_an_answer_is_not_asked_for_again_not_even_by_another_run(self):
        for _ in range(2):
            self.assertEqual(notice.Store(self.folder).get("proof", "key", self.ask), {"verdict": "killed"})
        self.assertEqual(self.asked, 1)

    def test_another_key_is_asked_for(self):
        store = notice.Store(self.folder)
        store.get("proof", notice.digest("text", "options"), self.ask)
        store.get("proof", notice.digest("text", "other options"), self.ask)
        self.assertEqual(self.asked, 2)

    def test_a_failure_is_one_until_the_next_run(self):
        def fail():
            raise notice.Failure("none")
        store = notice.Store(self.folder)
        for ask in (fail, self.ask):
            with self.assertRaises(notice.Failure):
                store.get("proof", "key", ask)
        self.assertEqual(self.asked, 0)
        self.assertEqual(notice.Store(self.folder).get("proof", "key", self.ask), {"verdict": "killed"})


class Closing(unittest.TestCase):
    def cases(self, *verdicts):
        found = [case() for _ in verdicts]
        for one, verdict in zip(found, verdicts):
            one.verdict = verdict
        return found

    def test_the_last_line_counts_those_that_compile_and_differ(self):
        cases = self.cases("stillborn", "duplicate", "same object", "equivalent", "proof", "proof", "fuzz")
        self.assertEqual(source_mutants.summary(cases, [])[-1], "mutants: total=5 proof=2 fuzz=1 equivalent=2 survived=0")

    def test_the_lines_above_say_what_was_dropped_and_why_they_are_equivalent(self):
        text = "\n".join(source_mutants.summary(self.cases("stillborn", "duplicate", "same object", "equivalent", "error"), ["stale"])[:-1])
        self.assertIn("made=5 dropped: stillborn=1 duplicate=1", text)
        self.assertIn("same object=1 reasoned=1; errors=2", text)

    def test_a_survivor_is_printed_as_the_block_that_lacks_a_reason(self):
        one, = self.cases("survived")
        one.answers = {"proof": {"verdict": "valid", "goals": 9}, "fuzz": {"verdict": "silent", "execs": 7}}
        text = source_mutants.told(one)
        self.assertIn("@ core/a.c f\n- a < b\n+ a <= b", text)
        self.assertIn("all 9 goals valid", text)
        self.assertIn("in 7 inputs", text)

    def test_two_runs_at_a_time_are_refused(self):
        redirect_work(self)
        with notice.alone(), self.assertRaises(SystemExit), notice.alone():
            pass

    def main(self, verdict, reasons=""):
        redirect_work(self)
        def examine(cases, _run):
            for one in cases:
                one.verdict = verdict
        out = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out), \
                mock.patch.object(source_mutants, "examine", examine), mock.patch.object(source_mutants, "Run", lambda o: None), \
                mock.patch.object(source_mutants, "EQUIVALENT", Path(folder) / "none"), \
                mock.patch.object(sys, "argv", ["source_mutants.py", "order"]):
            (Path(folder) / "none").write_text(reasons)
            return source_mutants.main(), out.getvalue().splitlines()[-1]

    def test_the_exit_status_says_whether_one_survived(self):
        self.assertEqual(self.main("proof")[0], 0)
        code, last = self.main("survived")
        self.assertEqual((code, last.split()[-1]), (1, "survived=8"))

    def test_a_stale_reason_is_a_failure(self):
        self.assertEqual(self.main("proof", "@ core/a.c f\n- x\n+ y\n= z\n")[0], 1)


@unittest.skipUnless(prove.shutil.which("frama-c") and prove.shutil.which("z3"), "no Frama-C here")
class Real(unittest.TestCase):
    """Two mutants and the real tools: what is proved is the text in the tree."""
    def setUp(self):
        redirect_work(self)

    def verdict(self, old, new):
        (module, file), = source_mutants.chosen("order")
        text = (prove.ROOT / file).read_text()
        mutant = mutate.Mutant(file, "order_frames", 1, "", "", "", text.replace(old, new))
        self.assertNotEqual(mutant.text, text)
        tree = notice.Tree("test")
        return notice.proof(module, mutant, tree, notice.baseline(module, mutant.function, tree))["verdict"]

    def test_an_obvious_mistake_is_noticed_by_the_proof(self):
        self.assertEqual(self.verdict("(uint64_t)1 <<", "(uint64_t)2 <<"), "killed")

    def test_the_same_in_other_words_is_not(self):
        self.assertEqual(self.verdict("(uint64_t)1 <<", "(uint64_t)(0 + 1) <<"), "valid")


if __name__ == "__main__":
    unittest.main()
