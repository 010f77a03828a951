"""Python's pools: a command a line on standard input, an answer a line on standard output.

Nothing is imported above that a worker started by "spawn" does not need: it imports this file.
"""

import sys
import time

NUMBERS = [
    112272535095293,
    112582705942171,
    112272535095293,
    115280095190773,
    115797848077099,
    1099726899285419,
]
WORKERS = int(sys.argv[1]) if len(sys.argv) > 1 else 2


def nothing():
    pass


def double(number):
    return 2 * number


def ends(data):
    return len(data) + data[0] + data[-1]


def is_prime(number):
    if number < 2 or number % 2 == 0:
        return number == 2
    for divisor in range(3, int(number**0.5) + 1, 2):
        if number % divisor == 0:
            return False
    return True


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def end_with_parent():
    """Linux ends the worker when this process is killed; it would wait for ever otherwise."""
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Rivals:
    def __init__(self):
        self.opened = {}

    def executor(self):
        if "executor" not in self.opened:
            from concurrent.futures import ProcessPoolExecutor

            # By fork, its default and the quickest here.
            self.opened["executor"] = ProcessPoolExecutor(WORKERS, initializer=end_with_parent)
        return self.opened["executor"]

    def pool(self):
        if "pool" not in self.opened:
            from multiprocessing import Pool

            self.opened["pool"] = Pool(WORKERS, initializer=end_with_parent)
        return self.opened["pool"]

    def round_trip(self, times):
        executor = self.executor()
        start = time.perf_counter_ns()
        for _ in range(times):
            executor.submit(nothing).result()
        return {"nanos": time.perf_counter_ns() - start}

    def submits(self, times):
        executor = self.executor()
        start = time.perf_counter_ns()
        for future in [executor.submit(nothing) for _ in range(times)]:
            future.result()
        return {"nanos": time.perf_counter_ns() - start}

    def pool_map(self, calls):
        pool = self.pool()
        start = time.perf_counter_ns()
        results = pool.map(double, range(calls))
        nanos = time.perf_counter_ns() - start
        return {"nanos": nanos, "sum": sum(results)}

    def joblib_map(self, calls):
        from joblib import Parallel, delayed

        if "joblib" not in self.opened:
            self.opened["joblib"] = Parallel(n_jobs=WORKERS).__enter__()
        start = time.perf_counter_ns()
        results = self.opened["joblib"](delayed(double)(number) for number in range(calls))
        nanos = time.perf_counter_ns() - start
        return {"nanos": nanos, "sum": sum(results)}

    def argument(self, size):
        executor = self.executor()
        data = b"\x01" * size
        start = time.perf_counter_ns()
        result = executor.submit(ends, data).result()
        return {"nanos": time.perf_counter_ns() - start, "sum": result}

    def cold(self, method):
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        start = time.perf_counter_ns()
        with ProcessPoolExecutor(WORKERS, mp_context=get_context(method)) as executor:
            calls = [executor.submit(nothing) for _ in range(WORKERS)]
            calls[0].result()
            nanos = time.perf_counter_ns() - start
        return {"nanos": nanos}

    def primes(self, times):
        executor = self.executor()
        start = time.perf_counter_ns()
        primes = sum(executor.map(is_prime, NUMBERS * times))
        return self.checked(primes, times, time.perf_counter_ns() - start)

    def primes_alone(self, times):
        start = time.perf_counter_ns()
        primes = sum(map(is_prime, NUMBERS * times))
        return self.checked(primes, times, time.perf_counter_ns() - start)

    @staticmethod
    def checked(primes, times, nanos):
        if primes != 5 * times:
            raise ValueError(f"not what it should come to: primes={primes}")
        return {"nanos": nanos}

    def latency(self, millis):
        import asyncio

        return asyncio.run(self.tick(millis))

    async def tick(self, millis):
        import asyncio

        loop = asyncio.get_running_loop()
        executor = self.executor()
        stop = False

        async def saturate():
            while not stop:
                await loop.run_in_executor(executor, spin, 0.05)

        # Twice as many as workers, so that none ever waits for its next.
        busy = [asyncio.create_task(saturate()) for _ in range(2 * WORKERS)]
        await asyncio.sleep(0.2)
        late = []
        end = time.perf_counter_ns() + millis * 1_000_000
        now = time.perf_counter_ns()
        while now < end:
            due = now + 1_000_000
            await asyncio.sleep(0.001)
            now = time.perf_counter_ns()
            late.append(max(0, now - due))
        stop = True
        await asyncio.gather(*busy)
        late.sort()
        return {"count": len(late), "p99": late[int(len(late) * 0.99)]}

    def close(self):
        if "executor" in self.opened:
            self.opened["executor"].shutdown()
        if "pool" in self.opened:
            self.opened["pool"].terminate()
        if "joblib" in self.opened:
            self.opened["joblib"].__exit__(None, None, None)
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown()


def main():
    rivals = Rivals()
    for line in sys.stdin:
        command, *arguments = line.split()
        try:
            answer = getattr(rivals, command)(*[int(a) if a.isdigit() else a for a in arguments])
            text = " ".join(f"{name}={value}" for name, value in (answer or {}).items()) or "done"
        except Exception as failure:
            text = f"failed: {command} {failure!r}"
        print(text, flush=True)
        if command == "close":
            return
    rivals.close()


if __name__ == "__main__":
    main()
