import SandboxExecution
import Testing

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
      for _ in range(6):
        if os.fork() == 0:
          data = bytearray(b'x') * (16 << 20)
          time.sleep(2); os._exit(0)
      time.sleep(1); print('held')
      """),
    "children that share": .python(
      """
      import mmap, os, time
      maps = [mmap.mmap(-1, 32 << 20) for _ in range(3)]
      for m in maps:
        if os.fork() == 0:
          for i in range(0, len(m), 4096): m[i] = 1
          time.sleep(2); os._exit(0)
      time.sleep(1); print('held')
      """),
    "stacks of threads": .c(
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <unistd.h>
      static void *fill(void *x) { 
        volatile char own[6 << 20];
        for (unsigned i = 0; i < sizeof own; i += 4096) own[i] = 1;
        pause(); return x;
      }
      int main(void) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 8 << 20);
        for (int i = 0; i < 16; i++) if (pthread_create(&thread, &attributes, fill, 0)) return 1;
        sleep(1); puts("held");
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

  /// The same with memory that no process maps: only a cgroup counts it all.
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

  @Test("memory that nobody maps is bounded", arguments: unmappedTakers.keys.sorted())
  func takeUnmapped(name: String) async throws {
    let program = try #require(Self.unmappedTakers[name])
    let large = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 256)))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
    #expect(large.printed == "held\n")
    let small = try await program.run(limits: Limits(memory: ByteCount(mebibytes: 64)))
    if small.enforcement.cgroup != nil {
      #expect(small.outcome == .memoryLimitExceeded, "\(small.story)")
    } else {
      // Documented: such memory is bounded there by the limits of disk, file size and open files.
      #expect([.memoryLimitExceeded, .exited(code: 0)].contains(small.outcome), "\(small.story)")
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
