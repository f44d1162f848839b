"""What ci/boot.py makes of a console and an exit status."""
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "ci"))
import boot

FOUR, FIVE = boot.Kernel(4, "kernel"), boot.Kernel(5, "kernel")
# What an image of 4 levels says of them.
LEVELS = "echo '# tables of 4 levels, direct map from 0xffff800000000000'"
GOOD = "KTAP version 1\n1..2\n# frames 4\nok 1 first\nok 2 second # SKIP no such processor\n"


class Ktap(unittest.TestCase):
    def test_a_kept_plan_and_status_33_are_good(self):
        tests, wrong = boot.read(GOOD, 33)
        self.assertEqual(tests, [{"name": "first", "result": "passed"}, {"name": "second", "result": "skipped"}])
        self.assertIsNone(wrong)

    def test_no_plan_is_wrong(self):
        self.assertEqual(boot.read("KTAP version 1\nok 1 first\n", 33)[1], "no plan")
        self.assertEqual(boot.read("", 33)[1], "no plan")

    def test_a_plan_of_none_is_a_test_that_is_not_there(self):
        self.assertEqual(boot.read("1..0\n", 35)[1], boot.NO_SUCH_TEST)

    def test_fewer_and_more_results_than_planned_are_wrong(self):
        self.assertEqual(boot.read("1..2\nok 1 first\n", 33)[1], "1 results for a plan of 2")
        self.assertEqual(boot.read("1..1\nok 1 first\nok 2 second\n", 33)[1], "2 results for a plan of 1")

    def test_results_out_of_order_are_wrong(self):
        self.assertEqual(boot.read("1..2\nok 1 first\nok 1 first\n", 33)[1], "result 2 has the number 1")

    def test_a_failed_test_is_counted_and_is_not_wrong_by_itself(self):
        tests, wrong = boot.read("1..1\n# why\nnot ok 1 first\n", 35)
        self.assertEqual((tests, wrong), ([{"name": "first", "result": "failed"}], None))

    def test_success_although_a_test_failed_is_wrong(self):
        self.assertEqual(boot.read("1..1\nnot ok 1 first\n", 33)[1], "exit status 33 although a test failed")

    def test_another_exit_status_is_wrong(self):
        for status in (0, 1, 35, None):
            self.assertEqual(boot.read(GOOD, status)[1], f"exit status {status} is not 33")

    def test_a_bail_out_is_wrong_whatever_else_is_said(self):
        self.assertEqual(boot.read(GOOD + "Bail out! exception 6\n", 33)[1], "Bail out! exception 6")


class Report(unittest.TestCase):
    WANTED = [r"Bail out! exception 14", r"page fault at 0x\w+: read", r"  called from .*"]
    TEXT = "Bail out! exception 14\npage fault at 0x10: read\n  rip 0x5\n  called from 0x7\n"

    def test_a_report_that_says_all_is_good(self):
        self.assertIsNone(boot.read_report(self.TEXT, 35, self.WANTED))

    def test_a_missing_or_misplaced_line_is_named(self):
        for text in ("Bail out! exception 14\n  called from 0x7\n",
                     "Bail out! exception 14\n  called from 0x7\npage fault at 0x10: read\n",
                     self.TEXT.replace("read", "read or so")):
            self.assertIn("the report lacks", boot.read_report(text, 35, self.WANTED))

    def test_no_report_two_reports_and_other_output_are_wrong(self):
        for text in (GOOD, self.TEXT * 2, "1..1\n" + self.TEXT):
            self.assertIn("once", boot.read_report(text, 35, self.WANTED))

    def test_the_machine_must_end_through_the_kernel(self):
        for status in (0, 33, None):
            self.assertEqual(boot.read_report(self.TEXT, status, self.WANTED), f"exit status {status} is not 35")


class Symbols(unittest.TestCase):
    TABLE = [(0x100, "first"), (0x200, "second")]

    def test_an_address_gets_its_function(self):
        self.assertEqual(boot.symbolise("  rip 0x204 rsp 0x204\n", self.TABLE), "  rip 0x204 <second+0x4> rsp 0x204\n")

    def test_a_return_address_belongs_to_the_call_before_it(self):
        self.assertEqual(boot.symbolise("  called from 0x200", self.TABLE), "  called from 0x200 <first+0x100>")

    def test_an_address_before_all_functions_stays_as_it_is(self):
        self.assertEqual(boot.symbolise("  rip 0x7", self.TABLE), "  rip 0x7")


def with_qemu(script, start, accelerator="tcg"):
    """What start() gives with a script in place of QEMU."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "qemu"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        with mock.patch.dict(os.environ, {"QEMU": str(path), "ACCEL": accelerator}):
            return start()


class Machine(unittest.TestCase):
    def boot(self, script, timeout=30, start=lambda timeout: boot.boot(FOUR, "128M", None, timeout)):
        return with_qemu(script, lambda: start(timeout))

    def test_a_good_boot(self):
        one = self.boot("printf 'KTAP version 1\\r\\n1..1\\r\\nok 1 first\\r\\n'; " + LEVELS + "; exit 33\n")
        self.assertIsNone(one["wrong"])
        self.assertEqual(one["tests"], [{"name": "first", "result": "passed"}])

    def test_a_hang_is_wrong_even_when_all_results_are_there(self):
        one = self.boot("printf '1..1\\nok 1 first\\n'; exec sleep 60\n", timeout=0.5)
        self.assertEqual(one["wrong"], "no end after 0.5 s")
        self.assertIn("ok 1 first", one["console"])

    def test_a_triple_fault_is_wrong(self):
        one = self.boot("exit 0\n", start=lambda timeout: boot.boot_fault(FOUR, "double", timeout))
        self.assertEqual(one["tests"], [])
        self.assertTrue(one["wrong"])

    def test_a_size_can_have_lines_that_the_suite_must_say(self):
        start = lambda timeout: boot.boot(FOUR, "512M/8M", None, timeout)
        good = f"{LEVELS}; echo 1..1; echo ok 1 first; exit 33\n"
        self.assertIn("frame records", self.boot(good, start=start)["wrong"])
        said = "echo '# buddy words 0x154000 .. 0x1f6000, frame records 0x100000000 .. 0x1011f8000'\n"
        self.assertIsNone(self.boot(said + good, start=start)["wrong"])

    def test_an_image_must_say_that_its_tables_have_its_levels(self):
        good = f"{LEVELS}; echo 1..1; echo ok 1 first; exit 33\n"
        self.assertIsNone(self.boot(good)["wrong"])
        five = self.boot(good, start=lambda timeout: boot.boot(FIVE, "128M", None, timeout))
        self.assertIn("tables of 5 levels, direct map from 0xff0000000", five["wrong"])

    def test_a_size_says_how_much_memory_lies_below_4_gib(self):
        line = boot.command("kernel", "512M/8M")
        self.assertEqual(line[line.index("-m") + 1], "512M")
        self.assertIn("pc,memory-backend=m,max-ram-below-4g=8M", line)
        self.assertIn("pc,memory-backend=m", boot.command("kernel", "128M"))

    def test_a_size_says_what_the_processor_has_not(self):
        line = boot.command("kernel", "2G,-pdpe1gb,-pat")
        self.assertEqual(line[line.index("-m") + 1], "2G")
        self.assertTrue(line[line.index("-cpu") + 1].endswith(",-pdpe1gb,-pat"))
        self.assertNotIn("pdpe1gb", " ".join(boot.command("kernel", "2G")))

    def test_commands_from_a_pipe_end_the_prompt_with_it(self):
        def live(_timeout):
            return subprocess.run([sys.executable, boot.__file__, "--live", "kernel"], input=b"alloc 2", timeout=30,
                                  stdout=subprocess.PIPE, check=False)
        done = self.boot("cat; exit 33\n", start=live)
        self.assertEqual((done.stdout, done.returncode), (b"alloc 2\r\x04", 33))

    def test_a_name_that_no_test_has_is_asked_for_once_and_the_others_are_named(self):
        boots = self.boot("echo 1..0; exit 35\n", start=lambda timeout: list(boot.boots([FOUR, FIVE], "nonsense", timeout)))
        self.assertEqual(len(boots), 1)
        self.assertIn("prompt_shows_memory", boots[0]["wrong"])
        self.assertIn(boot.REFUSAL, boots[0]["wrong"])

    def test_a_test_of_one_image_boots_that_alone(self):
        boots = self.boot("cat >/dev/null\n", start=lambda timeout: list(boot.boots([FOUR, FIVE], boot.REFUSAL, timeout)))
        self.assertEqual([one["boot"] for one in boots], ["5 levels, " + boot.REFUSAL])

    def test_without_qemu_the_fix_is_named(self):
        with mock.patch.dict(os.environ, {"QEMU": "/nonexistent/qemu"}):
            self.assertIn("make setup", boot.boot(FOUR, "128M", None, 1)["wrong"])

    def test_an_image_is_named_with_its_levels(self):
        self.assertEqual(boot.image("5=build/kernel-5/ashlar.elf"), boot.Kernel(5, "build/kernel-5/ashlar.elf"))

    def test_places_stand_in_what_a_report_must_say(self):
        wanted = FIVE.placed(boot.FAULTS["page"])
        self.assertIn("page fault at 0xff80000000001238: not present, write by supervisor", wanted)
        self.assertIn("  level 5 entry 384 = 0x0", wanted)

    def test_every_report_asks_for_a_bail_out_first(self):
        for fault, patterns in boot.FAULTS.items():
            self.assertTrue(patterns[0].startswith("Bail out!"), fault)


class Levels(unittest.TestCase):
    """A processor without LA57."""
    REFUSE = "echo 'Bail out! the processor has no LA57: this kernel is for page tables of 5 levels'; exit 35\n"

    def boots(self, script, kernels=(FIVE,), test=None, accelerator="tcg"):
        return with_qemu(script, lambda: list(boot.boots(kernels, test, 30)), accelerator)

    def asked(self, said):
        """A QEMU that says this when it is asked, and whose kernels refuse the processor."""
        return f"case $* in *qmp*) echo '{said}'; exit 0;; esac\n" + self.REFUSE

    def test_an_image_that_the_processor_cannot_run_is_skipped_but_for_the_refusal(self):
        for said in ('{"props": {"la57": false}}', '{"props": {}}'):
            boots = self.boots(self.asked(said))
            self.assertEqual([t for one in boots for t in one["tests"]],
                             [{"name": "tables_of_5_levels", "result": "skipped"},
                              {"name": boot.REFUSAL, "result": "passed"}])
            self.assertEqual([one["wrong"] for one in boots], [None, None])

    def test_a_refusal_of_a_processor_that_has_the_levels_is_wrong(self):
        for said in ('{"props": {"la57": true}}', '{"error": {}}'):
            one = self.boots(self.asked(said), test="map_is_sane")[0]
            self.assertIn("Bail out!", one["wrong"])

    def test_with_kvm_the_kernel_is_asked(self):
        one = self.boots(self.asked('{"props": {"la57": true}}'), test="map_is_sane", accelerator="kvm")[0]
        self.assertEqual(one["tests"][0]["result"], "skipped")

    def test_an_image_of_4_levels_asks_nothing_of_the_processor(self):
        boots = self.boots(self.asked('{"props": {"la57": false}}'), kernels=(FOUR,), test="fault_page")
        self.assertEqual([one["boot"] for one in boots], ["4 levels, fault_page"])


if __name__ == "__main__":
    unittest.main()
