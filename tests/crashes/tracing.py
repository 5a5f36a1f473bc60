"""Runs a function in a forked process that stops before each system call that writes, and decides there.

Linux on x86-64 only (`missing` says why not elsewhere). Must be used by one thread, and only while no
other child of this process is waited for.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

ACKNOWLEDGE = 190
"""The file descriptor on which a traced process says what it was promised: a line each."""
SAY = 191
"""The file descriptor of its standard output and errors."""

Action = Literal["kill", "half", "after"]
"""`kill`: before the call; `after`: when it has happened; `half`: half of the bytes are written by then."""
Decision = Action | int | None
"""What is to happen at a call: an action, the errno that it fails with, or None: nothing."""

_CALLS = {
    1: "write", 18: "pwrite64", 20: "writev", 40: "sendfile", 44: "sendto", 46: "sendmsg", 74: "fsync",
    75: "fdatasync", 76: "truncate", 77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 85: "creat",
    86: "link", 87: "unlink", 88: "symlink", 90: "chmod", 91: "fchmod", 162: "sync", 257: "openat",
    258: "mkdirat", 263: "unlinkat", 264: "renameat", 265: "linkat", 266: "symlinkat", 268: "fchmodat",
    285: "fallocate", 296: "pwritev", 306: "syncfs", 316: "renameat2", 326: "copy_file_range",
}  # fmt: skip
_OPENAT, _MAKES = 257, os.O_CREAT | os.O_TRUNC | (os.O_TMPFILE & ~os.O_DIRECTORY)
_BY_DESCRIPTOR = {
    "write", "pwrite64", "writev", "sendto", "sendmsg", "fsync", "fdatasync", "ftruncate", "fchmod",
    "fallocate", "pwritev", "syncfs", "sendfile", "copy_file_range",
}  # fmt: skip
_HALVED = {"write", "pwrite64", "sendto"}
"""Calls whose third argument is a number of bytes."""
_AT = {"openat": 1, "mkdirat": 1, "unlinkat": 1, "fchmodat": 1}
_TWO = {"rename": (None, 0, None, 1), "link": (None, 0, None, 1)}
_TWO_AT = {"renameat": (0, 1, 2, 3), "renameat2": (0, 1, 2, 3), "linkat": (0, 1, 2, 3)}
_AT_CWD = -100

# linux/ptrace.h, linux/seccomp.h, linux/prctl.h
_CONT, _GETREGS, _SETREGS, _SYSCALL, _SEIZE = 7, 12, 13, 24, 0x4206
_EVENT_SECCOMP, _OPTIONS = 7, 0x100000 | 0x80 | 0x10 | 0x8 | 0x4 | 0x2 | 0x1
_RET_TRACE, _RET_ALLOW = 0x7FF00000, 0x7FFF0000
_ORIG_RAX, _RAX = 15, 10
_ARGUMENTS = (14, 13, 12, 7, 9, 8)  # rdi, rsi, rdx, r10, r8, r9
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long] * 4
_libc.ptrace.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_long] * 5
_Registers = ctypes.c_ulonglong * 27


@dataclass(slots=True)
class Call:
    """A system call that is about to write."""

    number: int
    """Which of the process's calls it is, from 1."""
    name: str
    path: Path | None
    """What it writes to; of a call with two paths the second. None: a socket or a pipe."""
    source: Path | None = None
    """The first of two paths."""
    descriptor: int = -1
    size: int = 0
    """Bytes to be written; of `ftruncate` the new length; of `openat` its flags."""
    offset: int | None = None
    data: bytes = b""
    """What is to be written, where that was asked for; of an acknowledgement its lines."""
    inode: int = 0
    """Of the file that is written to, or made by the call when it has happened."""

    def __str__(self) -> str:
        return f"call {self.number}, {self.name} {self.path or 'to a socket'}"


@dataclass(slots=True)
class Ended:
    """How a traced process ended."""

    code: int
    """Its exit code; -9 where it was killed."""
    calls: list[Call]
    acknowledged: list[str]
    said: str
    """Standard output and errors."""
    hung: bool
    """It did not end in time, and was killed."""


def missing() -> str | None:
    """Why no process can be traced here; None where it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"the tracer knows Linux on x86-64 only, not {sys.platform} on {platform.machine()}"
    try:
        ended = Tracer(()).run(lambda: 0)
    except OSError as error:
        return f"this process may not trace others ({error.strerror})"
    return None if ended.code == 0 else f"a traced process ended with {ended.code}: {ended.said[-300:]}"


class Tracer:
    """Traces what writes into `folders`, and with `sockets` what is sent over the network, too."""

    def __init__(
        self,
        folders: tuple[Path, ...],
        *,
        sockets: bool = False,
        decide: Callable[[Call], Decision] = lambda call: None,
        done: Callable[[Call], None] | None = None,
        seconds: float = 120,
    ) -> None:
        """`decide` is asked at each call; `done` is told of each that succeeded, acknowledgements too."""
        self._folders = tuple(os.fspath(folder) for folder in folders)
        self._sockets = sockets
        self._decide = decide
        self._done = done
        self._seconds = seconds

    def run(self, work: Callable[[], int], *, kill_after: float | None = None) -> Ended:
        """Runs `work` in a forked process, whose exit code is what it returns. It dies `kill_after` s."""
        self._calls: list[Call] = []
        self._open: dict[int, tuple[Call, Decision]] = {}
        self._rang = False
        said, self._main = os.memfd_create("said"), 0
        acknowledged = os.memfd_create("acknowledged")
        ready, go = os.pipe()
        self._main = os.fork()
        if self._main == 0:
            os.close(go)
            _child(work, ready, said, acknowledged)
        os.close(ready)
        before = signal.signal(signal.SIGALRM, self._late)
        try:
            _ptrace(_SEIZE, self._main, 0, _OPTIONS)
            signal.setitimer(signal.ITIMER_REAL, kill_after or self._seconds)
            os.write(go, b"g")
            code = self._watch()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            os.close(go)
        hung = self._rang and kill_after is None
        lines = _content(acknowledged).decode().splitlines()
        return Ended(code, self._calls, lines, _content(said).decode(errors="replace"), hung)

    def _late(self, *_: object) -> None:
        self._rang = True
        os.kill(self._main, signal.SIGKILL)

    def _watch(self) -> int:
        """Lets the process and all that it starts run; gives its exit code when all have ended."""
        code = None
        living: set[int] = {self._main}
        while living:
            try:
                thread, status = os.waitpid(-1, _WALL)
            except ChildProcessError:
                break
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                living.discard(thread)
                self._open.pop(thread, None)
                if thread == self._main:
                    code = os.waitstatus_to_exitcode(status)
                    for other in living:  # workers that outlived it
                        _kill(other)
                continue
            living.add(thread)
            with suppress(ProcessLookupError):  # killed in the meantime
                self._stopped(thread, status)
            if code is not None:
                _kill(thread)
        return -9 if code is None else code

    def _stopped(self, thread: int, status: int) -> None:
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == _EVENT_SECCOMP:
            self._entry(thread)
        elif number == signal.SIGTRAP | 0x80:
            self._exit(thread)
        else:
            _ptrace(_CONT, thread, 0, 0 if event else number)

    def _entry(self, thread: int) -> None:
        registers = _registers(thread)
        call = self._call(thread, registers)
        if call is None:
            _ptrace(_CONT, thread, 0, 0)
            return
        decision: Decision = None
        if call.descriptor != ACKNOWLEDGE:
            call.number = len(self._calls) + 1
            self._calls.append(call)
            decision = self._decide(call)
        if decision == "kill":
            os.kill(self._main, signal.SIGKILL)
            return
        if isinstance(decision, int):
            registers[_ORIG_RAX] = ctypes.c_ulonglong(-1).value
            registers[_RAX] = ctypes.c_ulonglong(-decision).value
            _ptrace(_SETREGS, thread, 0, ctypes.addressof(registers))
            _ptrace(_CONT, thread, 0, 0)
            return
        if decision == "half" and call.name in _HALVED:
            registers[_ARGUMENTS[2]] = registers[_ARGUMENTS[2]] // 2
            _ptrace(_SETREGS, thread, 0, ctypes.addressof(registers))
        if decision is None and self._done is None:
            _ptrace(_CONT, thread, 0, 0)
            return
        self._open[thread] = call, decision
        _ptrace(_SYSCALL, thread, 0, 0)

    def _exit(self, thread: int) -> None:
        call, decision = self._open.pop(thread)
        result = ctypes.c_longlong(_registers(thread)[_RAX]).value
        if result >= 0 and self._done is not None:
            if call.name == "openat":
                call.inode = Path(f"/proc/{thread}/fd/{result}").stat().st_ino
            if call.name in _HALVED:
                call.data = call.data[:result]
            self._done(call)
        if decision is not None:
            os.kill(self._main, signal.SIGKILL)
        else:
            _ptrace(_CONT, thread, 0, 0)

    def _call(self, thread: int, registers: ctypes.Array[ctypes.c_ulonglong]) -> Call | None:
        """The call; None where it does not concern the folders."""
        name = _CALLS[registers[_ORIG_RAX]]
        values = [registers[place] for place in _ARGUMENTS]
        if name in _BY_DESCRIPTOR:
            return self._by_descriptor(thread, name, values)
        places = _TWO.get(name) or _TWO_AT.get(name)
        source = None
        if places is not None:
            source = _path(thread, None if places[0] is None else values[places[0]], values[places[1]])
            path = _path(thread, None if places[2] is None else values[places[2]], values[places[3]])
        elif name in _AT:
            path = _path(thread, values[0], values[1])
        else:
            path = _path(thread, None, values[0])
        if not self._ours(path) and not (source is not None and self._ours(source)):
            return None
        call = Call(0, name, Path(path), None if source is None else Path(source))
        if name == "openat":
            call.size = values[2]
        if name == "linkat" and source is not None and source.startswith("/proc/"):
            call.inode = Path(source).stat().st_ino
        return call

    def _by_descriptor(self, thread: int, name: str, values: list[int]) -> Call | None:
        descriptor, size = ctypes.c_int(values[0]).value, values[2] if name in _HALVED else 0
        if descriptor == ACKNOWLEDGE:
            return Call(0, name, None, None, descriptor, size, None, _memory(thread, values[1], size))
        try:
            target = os.fspath(Path(f"/proc/{thread}/fd/{descriptor}").readlink())
        except OSError:
            return None
        if target.startswith("socket:"):
            # One byte is a thread that wakes the event loop.
            wanted = self._sockets and (name == "sendmsg" or size > 1)
            return Call(0, name, None, None, descriptor, size) if wanted else None
        if not self._ours(target):
            return None
        call = Call(0, name, Path(target.removesuffix(" (deleted)")), None, descriptor, size)
        if name == "ftruncate":
            call.size = values[1]
        if self._done is not None:
            call.inode = Path(f"/proc/{thread}/fd/{descriptor}").stat().st_ino
            if name in _HALVED:
                call.data = _memory(thread, values[1], size)
            call.offset = values[3] if name == "pwrite64" else _offset(thread, descriptor)
        return call

    def _ours(self, path: str) -> bool:
        return any(path == folder or path.startswith(f"{folder}/") for folder in self._folders)


def _child(work: Callable[[], int], ready: int, said: int, acknowledged: int) -> NoReturn:
    """The forked process: waits until it is traced, stops at calls from then on, and works."""
    code = 1
    try:
        for end in (1, 2, SAY):
            os.dup2(said, end)
        os.dup2(acknowledged, ACKNOWLEDGE)
        os.read(ready, 1)
        _stop_at_calls()
        code = work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _stop_at_calls() -> None:
    """A filter in the kernel that hands the calls in `_CALLS` to the tracer; `openat` only where it makes."""
    program = [(0x20, 0, 0, 0)]  # load the call's number
    for number in _CALLS:
        if number != _OPENAT:
            program += [(0x15, 0, 1, number), (0x06, 0, 0, _RET_TRACE)]
    program += [(0x15, 0, 3, _OPENAT), (0x20, 0, 0, 32), (0x45, 0, 1, _MAKES), (0x06, 0, 0, _RET_TRACE)]
    program.append((0x06, 0, 0, _RET_ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    if _libc.prctl(38, 1, 0, 0, 0) or _libc.prctl(22, 2, ctypes.addressof(head), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls here")


def _ptrace(request: int, thread: int, address: int, data: int) -> None:
    if _libc.ptrace(request, thread, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _registers(thread: int) -> ctypes.Array[ctypes.c_ulonglong]:
    registers = _Registers()
    _ptrace(_GETREGS, thread, 0, ctypes.addressof(registers))
    return registers


def _memory(thread: int, address: int, size: int) -> bytes:
    with open(f"/proc/{thread}/mem", "rb", 0) as memory:  # noqa: PTH123 - unbuffered, at an offset
        return os.pread(memory.fileno(), size, address)


def _path(thread: int, folder: int | None, address: int) -> str:
    """The absolute path that a call names, symbolic links in it left as they are."""
    text = b""
    while b"\0" not in text:
        text += _memory(thread, address + len(text), 4096 - (address + len(text)) % 4096)
    name = os.fsdecode(text.partition(b"\0")[0])
    if name.startswith("/proc/self/"):
        return name.replace("self", str(thread), 1)
    if name.startswith("/"):
        return os.path.normpath(name)
    descriptor = _AT_CWD if folder is None else ctypes.c_int(folder).value
    place = f"/proc/{thread}/" + ("cwd" if descriptor == _AT_CWD else f"fd/{descriptor}")
    return os.path.normpath(f"{Path(place).readlink()}/{name}")


def _offset(thread: int, descriptor: int) -> int:
    with Path(f"/proc/{thread}/fdinfo/{descriptor}").open() as info:
        fields = dict(line.split(":", 1) for line in info if ":" in line)
    if int(fields["flags"], 8) & os.O_APPEND:
        return Path(f"/proc/{thread}/fd/{descriptor}").stat().st_size
    return int(fields["pos"])


def _content(file: int) -> bytes:
    try:
        return os.pread(file, os.fstat(file).st_size, 0)
    finally:
        os.close(file)


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
