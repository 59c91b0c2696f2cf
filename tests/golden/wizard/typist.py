# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at halcyon-wizard: pseudo-terminals, keys, what was seen.  Needs WIZARD, the program."""

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 20.0
results = []


def ok(good, name):
    results.append(bool(good))
    print(f"{'' if good else 'not '}ok {len(results)} - {name}", flush=True)
    return good


def skip(name, why):
    results.append(True)
    print(f"ok {len(results)} # SKIP {name}: {why}")


def run_tests(*tests):
    """Each with a folder of its own; prints the plan and ends the program."""
    for test in tests:
        folder = tempfile.mkdtemp(prefix="halcyon-wizard-test-")
        try:
            test(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{len(results)}")
    sys.exit(not all(results))


class Terminal:
    """A pseudo-terminal of some size, and what was written on it."""

    def __init__(self, rows=24, columns=80):
        self.seen = b""
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.modes = termios.tcgetattr(self.slave)
        self.alive = lambda: True

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """What comes within this time, at least one piece; b"" when nothing does."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        got = os.read(self.master, 65536)
        self.seen += got
        return got

    def wait_for(self, text):
        """Until the terminal has been sent `text` since the last call; False after the deadline."""
        end = time.monotonic() + DEADLINE
        while text.encode() not in self.seen:
            if time.monotonic() > end or not self.alive():
                print(f"# waited for {text!r}, got {self.seen[-300:]!r}")
                return False
            self.read(0.2)
        self.seen = self.seen.split(text.encode(), 1)[1]
        return True

    def shows(self, *texts):
        """Until all of the texts stand on the screen, which is drawn anew for that: else only what differs is sent."""
        end_at = time.monotonic() + DEADLINE
        while time.monotonic() < end_at and self.alive():
            self.seen = b""
            self.send("\x0c")
            self.settle()
            if all(text.encode() in self.seen for text in texts):
                return True
        print(f"# waited for {texts!r}, got {self.seen!r}")
        return False

    def settle(self, seconds=2.0):
        """Until nothing comes for a moment; a clock on the screen never stops."""
        end_at = time.monotonic() + seconds
        while self.read(0.15) and time.monotonic() < end_at:
            pass

    def send(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def milliseconds(self, keys):
        """From a key to the first byte of its answer."""
        begin = time.monotonic()
        self.send(keys)
        self.read(DEADLINE)
        took = (time.monotonic() - begin) * 1000
        self.settle()
        return took

    def modes_are_back(self):
        return termios.tcgetattr(self.slave)[:4] == self.modes[:4]

    def hang_up(self):
        os.close(self.master)
        os.close(self.slave)


def start(folder, terminal, *options, term="xterm", engine=os.path.join(HERE, "engine.sh"), under=()):
    """The program with a terminal as its own; None: it has only those that its options name."""
    env = dict(os.environ, TERM=term, PLAY=folder, LC_ALL="C.UTF-8", HALCYON_REPO="http://10.20.0.1/halcyon",
               ASAN_OPTIONS="detect_leaks=0")
    line = terminal.slave if terminal else subprocess.DEVNULL
    return subprocess.Popen(
        [*under, os.environ["WIZARD"], "--engine", engine, "--run-dir", folder, *options], stdin=line, stdout=line,
        stderr=subprocess.PIPE, env=env, start_new_session=True,
        preexec_fn=(lambda: fcntl.ioctl(line, termios.TIOCSCTTY, 0)) if terminal else None)


def end(child):
    if child.poll() is None:
        child.kill()
        child.wait()
    elif child.returncode > 0:
        print("#", child.stderr.read().decode(errors="replace").replace("\n", "\n# "))
    child.stderr.close()


class Wizard(Terminal):
    """One run of the program on a terminal of its own."""

    def __init__(self, term, folder, *options, **more):
        super().__init__()
        self.child = start(folder, self, *options, term=term, **more)
        self.alive = lambda: self.child.poll() is None

    def ended(self):
        """The exit status; None when it doesn't end in time."""
        try:
            return self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            return None

    def close(self):
        end(self.child)
        self.hang_up()


def walk_to_restore(wizard, backup="file7-20261115", word="8273"):
    """Keys that lead a technician from the first screen to the writing of the disk."""
    for text, keys in (("PowerEdge", "\r"), ("Where are the backups", "\r"), (backup, "\r"),
                       ("nothing stands in the way", "\r"), ("Which disk does it go to", "\r"),
                       ("Enter goes on", "\r"), ("This is what will be done", "\r"),
                       ("Type the last 4 characters", word + "\r")):
        if not wizard.wait_for(text):
            return False
        wizard.settle()
        wizard.send(keys)
    return wizard.wait_for("Write the data")


def wait_until(condition):
    end_at = time.monotonic() + DEADLINE
    while not condition() and time.monotonic() < end_at:
        time.sleep(0.02)
    return condition()
