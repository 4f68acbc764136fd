"""Work in forked children, so that a crash of a runtime or a hang ends one piece of work only."""

import os
import pickle
import select
import signal
import subprocess
import sys
import time


class Crash(Exception):
    """The child died or took too long."""


def _read_all(descriptor, deadline):
    chunks = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return b"".join(chunks), True
        chunk = os.read(descriptor, 1 << 20)
        if not chunk:
            return b"".join(chunks), False
        chunks.append(chunk)


def isolated(function, *arguments, seconds=60):
    """function(*arguments) in a forked child; its result, or Crash, or its exception as Crash."""
    sys.stdout.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        try:
            answer = (True, function(*arguments))
        except BaseException as error:  # everything must reach the parent
            answer = (False, f"{type(error).__name__}: {str(error)[:300]}")
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(answer, pipe, protocol=5)
        os._exit(0)
    os.close(writer)
    try:
        data, late = _read_all(reader, time.monotonic() + seconds)
    finally:
        os.close(reader)
    if late:
        _end(child)
        raise Crash(f"no answer within {seconds} s")
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) or not data:
        raise Crash(f"ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "no answer")
    good, value = pickle.loads(data)
    if not good:
        raise Crash(value)
    return value


def _end(child):
    for target in (-child, child):
        try:
            os.killpg(child, signal.SIGKILL) if target < 0 else os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
    os.waitpid(child, 0)


class Ran:
    """What one call of the command gave."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def said(self):
        line = next((l for l in self.err.splitlines() if l.startswith("error")), "")
        return (line or self.err.strip().split("\n")[0])[:160]


def call(command, seconds=120, folder=None, environment=None):
    """Runs a command, with variables added to the environment. A missing program or a timeout is an exit code, never an exception."""
    start = time.monotonic()
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, timeout=seconds, cwd=folder,
                              stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        out, err = (s.decode("utf-8", "replace") for s in (done.stdout, done.stderr))
        return Ran(done.returncode, out, err, time.monotonic() - start)
    except FileNotFoundError:
        return Ran(127, "", f"error: {command[0]} does not exist", 0.0)
    except OSError as error:
        return Ran(126, "", f"error: {command[0]}: {error}", 0.0)
    except subprocess.TimeoutExpired:
        return Ran(124, "", f"error: no answer within {seconds} s", time.monotonic() - start)


def each(items, work, jobs, seconds):
    """Runs work(item) in up to `jobs` children; yields (item, result or Crash) as they end."""
    waiting, running = list(items), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            item = waiting.pop(0)
            reader, writer = os.pipe()
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                os.close(reader)
                os.setpgid(0, 0)
                try:
                    answer = work(item)
                except BaseException as error:
                    answer = Crash(f"{type(error).__name__}: {str(error)[:300]}")
                with os.fdopen(writer, "wb") as pipe:
                    pickle.dump(answer, pipe, protocol=5)
                os._exit(0)
            os.close(writer)
            running[reader] = (child, item, [], time.monotonic() + seconds)
        ready = select.select(list(running), [], [], 0.5)[0]
        for reader, (child, item, chunks, deadline) in list(running.items()):
            ended = False
            if reader in ready:
                chunk = os.read(reader, 1 << 20)
                chunks.append(chunk)
                ended = not chunk
            late = not ended and time.monotonic() > deadline
            if not ended and not late:
                continue
            del running[reader]
            os.close(reader)
            if late:
                _end(child)
                yield item, Crash(f"no answer within {seconds} s")
                continue
            os.waitpid(child, 0)
            data = b"".join(chunks)
            yield item, pickle.loads(data) if data else Crash("the judge's child died")
