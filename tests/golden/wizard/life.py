#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Life and death of halcyon-wizard and its engine, and several terminals at once, with engine.sh in place of the engine.

Needs WIZARD, the program.  Prints TAP.
"""

import os
import signal
import time

from typist import Terminal, Wizard, end, ok, run_tests, start, wait_until, walk_to_restore


def number_in(path):
    with open(path, encoding="ascii") as text:
        return int(text.read())


def keeper(folder):
    return number_in(os.path.join(folder, "apply.pid"))


def engine(folder):
    """The keeper's only child."""
    pid = keeper(folder)
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as text:
        return int(text.read().split()[0])


def hold(folder):
    path = os.path.join(folder, "hold")
    with open(path, "w", encoding="ascii"):
        return path


def die_while_writing(folder):
    """A wizard that is killed in the middle of a restore; the engine waits for the file `hold` to go."""
    held = hold(folder)
    wizard = Wizard("xterm", folder)
    walk_to_restore(wizard)
    wizard.shows("400.0 MiB of")
    wizard.child.kill()
    wizard.ended()
    wizard.close()
    return held


def test_taken_up(folder):
    held = die_while_writing(folder)
    wizard = Wizard("vt220", folder)
    try:
        ok(wizard.shows("Restore: writing the disk", "S435NA0M908273", "Clear the old partition tables", "400.0 MiB of"),
           "a new wizard takes up the run of one that was killed: the disk, and what was done")
        wizard.settle()
        wizard.send("l")
        ok(wizard.shows("an earlier wizard began this run"), "its log says so")
        os.unlink(held)
        ok(wizard.shows("RESTORED"), "it follows the run to its end")
        wizard.send("l")
        ok(wizard.shows("read back and compared"), "and shows the report")
    finally:
        wizard.close()


def test_ended_meanwhile(folder):
    os.unlink(die_while_writing(folder))
    ok(wait_until(lambda: os.path.exists(os.path.join(folder, "apply.exit"))), "a run that nobody watches writes down its end")
    wizard = Wizard("xterm", folder)
    ok(wizard.shows("RESTORED"), "a later wizard shows how it ended")
    wizard.close()
    wizard = Wizard("xterm", folder)
    ok(wizard.shows("RESTORED"), "so does the next, until somebody has gone on")
    wizard.send("\x1bOB" * 3 + "\r")
    ok(wizard.shows("Restore this machine"), "back to the start")
    wizard.settle()
    wizard.close()
    wizard = Wizard("xterm", folder)
    ok(wizard.shows("Restore this machine"), "then a new wizard begins at the start")
    wizard.close()


def test_stopped(folder):
    die_while_writing(folder)
    wizard = Wizard("xterm", folder)
    try:
        wizard.shows("Clear the old")
        wizard.send("\x1b")
        wizard.shows("Stop?")
        wizard.send("y")
        ok(wizard.shows("STOPPED on request"), "it can stop the run that it took up")
        ok(not os.path.exists(os.path.join(folder, "finished")), "the engine did stop")
    finally:
        wizard.close()


def test_engine_dies(folder):
    hold(folder)
    wizard = Wizard("xterm", folder)
    try:
        walk_to_restore(wizard)
        wizard.shows("400.0 MiB of")
        os.kill(engine(folder), signal.SIGKILL)
        ok(wizard.shows("THE ENGINE DIED: the disk is half written", "ended by signal 9"),
           "an engine that is killed: what is on the disk, and how it ended")
    finally:
        wizard.close()


def test_keeper_dies(folder):
    """The engine goes on without the process that waits for it."""
    held = hold(folder)
    wizard = Wizard("xterm", folder)
    try:
        walk_to_restore(wizard)
        wizard.shows("400.0 MiB of")
        child = engine(folder)
        os.kill(keeper(folder), signal.SIGKILL)
        time.sleep(0.3)
        ok(wizard.shows("Restore: writing the disk"), "without its keeper the engine is still followed")
        os.kill(child, signal.SIGKILL)
        ok(wizard.shows("THE ENGINE DIED"), "and its death is seen")
        os.unlink(held)
    finally:
        wizard.close()


def test_both_die(folder):
    die_while_writing(folder)
    child = engine(folder)
    os.kill(keeper(folder), signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    wizard = Wizard("xterm", folder)
    try:
        ok(wizard.shows("THE ENGINE DIED: the disk is half written"), "engine, keeper and wizard killed: the next wizard says it")
    finally:
        wizard.close()


def consoles(folder, *kinds):
    """One program on several terminals, each (type, rows, columns)."""
    terminals = [Terminal(rows, columns) for _, rows, columns in kinds]
    options = []
    for terminal, (kind, _, _) in zip(terminals, kinds):
        options += ["--console", f"{os.ttyname(terminal.slave)},{kind}"]
    child = start(folder, None, *options)
    for terminal in terminals:
        terminal.alive = lambda: child.poll() is None
    return child, terminals


def settle(terminals):
    for terminal in terminals * 2:
        terminal.settle()


def test_two_consoles(folder):
    child, (screen, line) = consoles(folder, ("linux", 24, 80), ("vt100", 43, 132))
    both = [screen, line]
    try:
        ok(all(terminal.wait_for("PowerEdge") for terminal in both), "two terminals show the same")
        settle(both)
        ok(screen.shows("\u2500") and line.shows("\x1b[43;") and b"\xe2\x94\x80" not in line.seen,
           "each as its kind and size allow")
        screen.seen = line.seen = b""
        line.send("\r")
        ok(all(terminal.wait_for("Where are the backups") for terminal in both), "a key of one changes both")
        settle(both)
        screen.send("\x15/from-the-screen")
        ok(all(terminal.wait_for("/from-the-screen") for terminal in both), "what is typed on the other, too")
        settle(both)
        screen.send("\x1b")
        settle(both)
        line.resize(30, 100)
        ok(line.shows("\x1b[30;"), "a line whose size changes is drawn anew")
    finally:
        end(child)
        for terminal in both:
            terminal.hang_up()


def test_shell_on_one(folder):
    os.environ["SHELL"] = "/bin/sh"
    child, (screen, line) = consoles(folder, ("linux", 24, 80), ("vt100", 24, 80))
    both = [screen, line]
    try:
        for terminal in both:
            terminal.wait_for("PowerEdge")
        settle(both)
        line.send("\x1bOF" + "\x1bOA" * 2 + "\r")
        ok(line.wait_for("goes back to the wizard"), "a shell on one terminal")
        line.settle()
        line.send("echo sh''ell-on $HALCYON_CONSOLE $TERM\r")
        ok(line.wait_for("shell-on pts/") and line.wait_for("vt100"), "which knows where it is")
        settle(both)
        screen.seen = line.seen = b""
        screen.send("\x1b[A")
        screen.settle()
        ok(screen.seen and not line.read(0.2), "the wizard goes on, on the other one alone")
        line.send("exit\r")
        ok(line.wait_for("Rescue shell"), "`exit` gives the terminal back")
    finally:
        end(child)
        for terminal in both:
            terminal.hang_up()


def test_console_lost(folder):
    child, (screen, line) = consoles(folder, ("linux", 24, 80), ("vt100", 24, 80))
    try:
        screen.wait_for("PowerEdge")
        screen.settle()
        line.hang_up()
        time.sleep(0.3)
        screen.seen = b""
        screen.send("\r")
        ok(screen.wait_for("Where are the backups"), "a terminal that hangs up leaves the other as it was")
        screen.hang_up()
        time.sleep(0.3)
        ok(child.poll() is None, "without any terminal it waits for one")
    finally:
        end(child)


def test_modes_of_all(folder):
    child, both = consoles(folder, ("linux", 24, 80), ("xterm", 24, 80))
    try:
        for terminal in both:
            terminal.wait_for("PowerEdge")
        settle(both)
        raw = not any(terminal.modes_are_back() for terminal in both)
        os.kill(child.pid, signal.SIGTERM)
        child.wait()
        ok(raw and all(terminal.modes_are_back() for terminal in both), "killed, it leaves all terminals as they were")
    finally:
        end(child)
        for terminal in both:
            terminal.hang_up()


run_tests(test_console_lost, test_taken_up, test_ended_meanwhile, test_stopped, test_engine_dies, test_keeper_dies, test_both_die,
          test_two_consoles, test_shell_on_one, test_modes_of_all)
