import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Attacks on memory", .serialized, .timeLimit(.minutes(15)))
struct MemoryAttacks {
  /// Each takes 96 MiB, holds it for a second and prints "held". With a limit of 64 MiB it is ended.
  static let takers: [String: HostileProgram] = [
    "malloc": .c(
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      int main(void) {
        for (int i = 0; i < 96; i++) { char *p = malloc(1 << 20); if (!p) return 1; memset(p, i + 1, 1 << 20); }
        sleep(1); puts("held");
      }
      """),
    "private mapping": .python(
      """
      import mmap, time
      m = mmap.mmap(-1, 96 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
      for i in range(0, len(m), 4096): m[i] = 1
      time.sleep(1); print('held')
      """),
    "shared mapping": .python(
      """
      import mmap, time
      m = mmap.mmap(-1, 96 << 20)
      for i in range(0, len(m), 4096): m[i] = 1
      time.sleep(1); print('held')
      """),
    "children": .python(
      """
      import os, time
      taken, told = os.pipe()
      for _ in range(6):
        if os.fork() == 0:
          data = bytearray(b'x') * (16 << 20)
          os.write(told, b'x'); time.sleep(60); os._exit(0)
      for _ in range(6): os.read(taken, 1)
      time.sleep(1); print('held')
      """),
    "children that share": .python(
      """
      import mmap, os, time
      maps = [mmap.mmap(-1, 32 << 20) for _ in range(3)]
      taken, told = os.pipe()
      for m in maps:
        if os.fork() == 0:
          for i in range(0, len(m), 4096): m[i] = 1
          os.write(told, b'x'); time.sleep(60); os._exit(0)
      for _ in maps: os.read(taken, 1)
      time.sleep(1); print('held')
      """),
    "stacks of threads": .c(
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <unistd.h>
      static int taken[2];
      static void *fill(void *x) {
        volatile char own[6 << 20];
        for (unsigned i = 0; i < sizeof own; i += 4096) own[i] = 1;
        if (write(taken[1], "x", 1) != 1) return x;
        pause(); return x;
      }
      int main(void) {
        pthread_t thread;
        pthread_attr_t attributes;
        char one;
        if (pipe(taken)) return 1;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 8 << 20);
        for (int i = 0; i < 16; i++) if (pthread_create(&thread, &attributes, fill, 0)) return 1;
        for (int i = 0; i < 16; i++) if (read(taken[0], &one, 1) != 1) return 1;
        sleep(1); puts("held");
      }
      """),
    "threads that the first one does not wait for": .c(
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      static void *fill(void *first) {
        pthread_join(*(pthread_t *)first, 0);
        for (int i = 0; i < 96; i++) memset(malloc(1 << 20), i + 1, 1 << 20);
        sleep(1); puts("held"); exit(0);
      }
      static pthread_t first, other;
      int main(void) {
        first = pthread_self();
        if (pthread_create(&other, 0, fill, &first)) return 1;
        pthread_exit(0);
      }
      """),
    "mapped memfd": .python(
      """
      import mmap, os, time
      fd = os.memfd_create('x'); os.ftruncate(fd, 60 << 20)
      m = mmap.mmap(fd, 60 << 20)
      for i in range(0, len(m), 4096): m[i] = 1
      data = bytearray(b'x') * (36 << 20)
      time.sleep(1); print('held')
      """),
  ]

  /// The same with memory that no process maps.
  static let unmappedTakers: [String: HostileProgram] = [
    "memfds": .python(
      """
      import os, time
      files = [os.memfd_create('x') for _ in range(4)]
      for fd in files:
        for _ in range(24): os.write(fd, bytes(1 << 20))
      time.sleep(1); print('held')
      """),
    "memfds that are on their way": .python(
      """
      import os, socket, time
      a, b = socket.socketpair()
      for _ in range(4):
        fd = os.memfd_create('x')
        for _ in range(24): os.write(fd, bytes(1 << 20))
        socket.send_fds(a, [b'x'], [fd]); os.close(fd)
      time.sleep(1); print('held')
      """),
    "files in /tmp": .python(
      """
      import time
      for name in 'abcd':
        with open('/tmp/' + name, 'wb') as file: file.write(bytes(24 << 20))
      time.sleep(1); print('held')
      """),
    "files in /dev/shm": .python(
      """
      import time
      for name in 'abcd':
        with open('/dev/shm/' + name, 'wb') as file: file.write(bytes(24 << 20))
      time.sleep(1); print('held')
      """),
  ]

  @Test("memory is bounded however it is taken", arguments: takers.keys.sorted())
  func take(name: String) async throws {
    let program = try #require(Self.takers[name])
    let small = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 64)))
    #expect(small.outcome == .memoryLimitExceeded, "\(small.story)")
    #expect(small.printed == "")
    // The same program ends well where there is room: it is the limit that stops it.
    let large = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 256)))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
    #expect(large.printed == "held\n")
  }

  @Test("memory that a child has in common with its parent until its exec is counted once")
  func takeOnce() async throws {
    let program = HostileProgram.c(
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/wait.h>
      #include <unistd.h>
      int main(void) {
        char *held = malloc(40 << 20);
        memset(held, 1, 40 << 20);
        pid_t child = vfork();
        if (child == 0) { usleep(300000); _exit(0); }
        int status; waitpid(child, &status, 0);
        puts("held");
      }
      """)
    let done = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 64)))
    #expect(done.outcome == .exited(code: 0), "\(done.story)")
    #expect(done.printed == "held\n")
  }

  @Test("memory that nobody maps is bounded", arguments: unmappedTakers.keys.sorted())
  func takeUnmapped(name: String) async throws {
    let program = try #require(Self.unmappedTakers[name])
    let large = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 256)))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
    #expect(large.printed == "held\n")
    let small = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 64)))
    if small.enforcement.cgroup != nil || name != "memfds that are on their way" {
      #expect(small.outcome == .memoryLimitExceeded, "\(small.story)")
    } else {
      // Only a cgroup counts what is on its way: SECURITY.md says so.
      #expect([.memoryLimitExceeded, .exited(code: 0)].contains(small.outcome), "\(small.story)")
    }
  }

  @Test("at the limit of a cgroup the kernel is to choose the program, never the worker")
  func preference() async throws {
    let program = HostileProgram.python(
      """
      import os
      print(open('/proc/self/oom_score_adj').read().strip(), flush=True)
      if os.fork() == 0:
        print(open('/proc/self/oom_score_adj').read().strip(), flush=True); os._exit(0)
      os.wait()
      """)
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    // The third is one that was made ready before it was asked for.
    for _ in 0..<3 {
      let before = HostProcesses.children()
      let result = try await program.run(on: executor)
      #expect(
        result.printed == (result.enforcement.cgroup == nil ? "0\n0\n" : "1000\n1000\n"),
        "\(result.story)")
      // What is left of it is the worker.
      for worker in HostProcesses.children().subtracting(before) {
        let own = HostProcesses.text(of: "/proc/\(worker)/oom_score_adj")
        #expect(["", HostProcesses.text(of: "/proc/self/oom_score_adj")].contains(own))
      }
    }
    await executor.close()
  }

  /// Whether cgroups of version 1 can be handed to another user here.
  static let canDelegate =
    geteuid() == 0 && BuiltCommand.path != nil
    && ["memory", "pids", "cpuacct"].allSatisfy { access("/sys/fs/cgroup/\($0)/tasks", W_OK) == 0 }

  @Test(
    "the same holds for a user to whom a cgroup was delegated", .enabled(if: canDelegate),
    arguments: ["memfds", "mapped memfd"])
  func delegated(name: String) async throws {
    let taker = Self.takers[name] ?? Self.unmappedTakers[name]
    guard case .python(let source) = try #require(taker) else { return }
    let folder = try TemporaryFolder()
    let program = try folder.write("taker.py", Array(source.utf8))
    let copied = await askHost(
      "/bin/cp", ["--", try #require(BuiltCommand.path), folder.path + "/command"],
      within: .seconds(60))
    try #require(copied == "")
    let script = """
      for c in memory pids cpuacct; do
        d=/sys/fs/cgroup/$c/hostile-tests-$$
        mkdir $d && chown 65534:65534 $d $d/tasks $d/cgroup.procs && echo $$ > $d/cgroup.procs || exit
      done
      PATH=/usr/bin:/bin HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups \
        "$1" run --json --memory 64MiB --wall-time 10m "$2"
      for c in memory pids cpuacct; do
        echo $$ > /sys/fs/cgroup/$c/cgroup.procs && rmdir /sys/fs/cgroup/$c/hostile-tests-$$
      done
      """
    let printed = try #require(
      await askHost(
        "/bin/sh", ["-c", script, "sh", folder.path + "/command", program], within: .seconds(300)))
    #expect(printed.contains(#""verdict" : "memory_limit""#), "\(printed)")
    #expect(printed.contains(#""cgroup" : "v1""#), "\(printed)")
  }

  // In a process of its own, for the worker is told apart by being the only child.
  @Test("a run whose worker the kernel killed for the run's memory is over its memory limit")
  func lostWorker() async throws {
    await #expect(processExitsWith: .success) {
      let executor = SandboxExecutor(maximumConcurrentRuns: 1)
      let waiting = HostileProgram.python(
        """
        import sys, time
        print('began', flush=True)
        time.sleep(1)
        data = bytearray(b'x') * (200 << 20)
        print('held')
        """)
      let limits = Limits(
        cpuTime: .seconds(300), wallTime: .seconds(600), memory: ByteCount(mebibytes: 64))
      let first = try await waiting.run(under: Policy(limits: limits), on: executor)
      try #require(first.outcome == .memoryLimitExceeded, "\(first.story)")
      // Only root can change who is chosen, and only a cgroup chooses.
      guard first.enforcement.cgroup != nil, geteuid() == 0 else { return }
      async let second = waiting.run(under: Policy(limits: limits), on: executor)
      let turned = await HostProcesses.eventually {
        HostProcesses.children().contains { worker in
          let run = HostProcesses.descendants(of: worker)
          guard run.count >= 2 else { return false }
          for process in run { HostProcesses.write("-1000", to: "/proc/\(process)/oom_score_adj") }
          return HostProcesses.write("1000", to: "/proc/\(worker)/oom_score_adj")
        }
      }
      #expect(turned)
      let result = try await second
      #expect(result.outcome == .memoryLimitExceeded, "\(result.story)")
      await executor.close()
    }
  }

  @Test("files of a run count against its disk, whether memory has room or not")
  func filesAgainstDisk() async throws {
    let program = try #require(Self.unmappedTakers["files in /dev/shm"])
    let result = try await program.run(
      limits: Limits(memory: ByteCount(mebibytes: 512), disk: ByteCount(mebibytes: 32)))
    #expect(result.outcome == .diskLimitExceeded, "\(result.story)")
  }

  @Test("a bomb of memory in many processes leaves the next run as much as the first had")
  func nextRun() async throws {
    let bomb = HostileProgram.python(
      """
      import os
      for _ in range(4): os.fork()
      data = []
      while True: data.append(bytearray(b'x') * (1 << 20))
      """)
    let limits = Limits(memory: ByteCount(mebibytes: 64), processes: 32)
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    for _ in 0..<3 {
      let result = try await bomb.run(under: Policy(limits: limits), on: executor)
      #expect(result.outcome == .memoryLimitExceeded, "\(result.story)")
      let next = try await HostileProgram.python(
        "data = bytearray(b'x') * (32 << 20); print('fits')"
      )
      .run(under: Policy(limits: limits), on: executor)
      #expect(next.outcome == .exited(code: 0), "\(next.story)")
      #expect(next.printed == "fits\n")
    }
    await executor.close()
  }
}
