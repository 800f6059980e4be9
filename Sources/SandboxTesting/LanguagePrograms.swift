internal import SandboxExecution

/// A harmless program that must work where the policy gives what it needs, and prints `OK`.
struct LanguageProgram: Sendable {
  /// Something that a policy gives or does not.
  enum Need: Sendable {
    /// Other processes than itself.
    case processes
    /// Pairs of connected sockets.
    case socketPairs
    /// Sockets with a name.
    case sockets
    /// A loopback interface.
    case loopback
  }

  var name: String
  var needs: [Need] = []
  var source: String

  /// The programs of each language, by its id.
  static let all: [String: [LanguageProgram]] = [
    "python": python, "javascript": javascript, "c": c, "swift": swift,
  ]

  private static let python = [
    LanguageProgram(
      name: "threads, files, sqlite3, json, random, time",
      source: """
        import json, os, random, sqlite3, tempfile, threading, time, queue, decimal, zlib
        results = queue.Queue()
        threads = [threading.Thread(target=lambda: results.put(1)) for _ in range(4)]
        [t.start() for t in threads]; [t.join() for t in threads]
        assert results.qsize() == 4
        with tempfile.TemporaryDirectory() as folder:
          database = sqlite3.connect(folder + '/data.db')
          database.execute('create table t (a)'); database.execute('insert into t values (1)')
          database.commit()
          assert database.execute('select a from t').fetchall() == [(1,)]
        open('out.json', 'w').write(json.dumps({'a': random.random()}))
        os.rename('out.json', 'other.json'); os.listdir('.'); time.sleep(0.01)
        print('OK')
        """),
    LanguageProgram(
      name: "asyncio", needs: [.socketPairs],
      source: """
        import asyncio
        async def main(): await asyncio.gather(*(asyncio.sleep(0.01) for _ in range(10)))
        asyncio.run(main())
        print('OK')
        """),
    LanguageProgram(
      name: "subprocess and multiprocessing", needs: [.processes],
      source: """
        import multiprocessing, subprocess, sys
        def square(x): return x * x
        if __name__ == '__main__':
          assert subprocess.run([sys.executable, '-c', 'print(2)'], capture_output=True).stdout == b'2\\n'
          with multiprocessing.Pool(2) as pool: assert pool.map(square, [1, 2]) == [1, 4]
          print('OK')
        """),
    LanguageProgram(
      name: "a server and a client on its own loopback", needs: [.loopback, .sockets],
      source: """
        import socket
        listener = socket.create_server(('127.0.0.1', 0))
        client = socket.create_connection(listener.getsockname())
        client.sendall(b'x'); assert listener.accept()[0].recv(1) == b'x'
        print('OK')
        """),
  ]

  private static let javascript = [
    LanguageProgram(
      name: "timers, files, worker threads",
      source: """
        const fs = require('fs'), { Worker } = require('worker_threads');
        fs.writeFileSync('a.txt', 'x');
        const worker = new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', { eval: true });
        worker.on('message', answer => setTimeout(() => {
          fs.promises.readFile('a.txt').then(() => { if (answer === 42) console.log('OK'); });
        }, 10));
        """),
    LanguageProgram(
      name: "child_process", needs: [.processes, .socketPairs],
      source: """
        const { execFile } = require('child_process');
        execFile(process.execPath, ['-e', 'console.log(2)'], (error, output) => {
          if (error) throw error;
          if (output === '2\\n') console.log('OK');
        });
        """),
  ]

  private static let c = [
    LanguageProgram(
      name: "threads, memory, files, time",
      source: """
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <time.h>
        static void *work(void *value) { return value; }
        int main(void) {
          pthread_t thread; void *result;
          struct timespec time = {0, 1000};
          if (pthread_create(&thread, 0, work, "x") || pthread_join(thread, &result)) return 1;
          FILE *file = fopen("data", "w+"), *temporary = tmpfile();
          if (!file || !temporary || fputs("x", file) < 0 || fclose(file)) return 2;
          if (mmap(0, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return 3;
          nanosleep(&time, 0);
          puts("OK");
          return 0;
        }
        """),
    LanguageProgram(
      name: "fork, pipe, wait", needs: [.processes],
      source: """
        #include <stdio.h>
        #include <sys/wait.h>
        #include <unistd.h>
        int main(void) {
          int ends[2], status;
          char byte;
          if (pipe(ends)) return 1;
          pid_t child = fork();
          if (child < 0) return 2;
          if (child == 0) _exit(write(ends[1], "x", 1) != 1);
          if (read(ends[0], &byte, 1) != 1 || waitpid(child, &status, 0) != child || status) return 3;
          puts("OK");
          return 0;
        }
        """),
  ]

  private static let swift = [
    LanguageProgram(
      name: "concurrency, Foundation, Dispatch",
      source: """
        import Dispatch
        import Foundation
        let sum = await withTaskGroup(of: Int.self) { group in
          for number in 1...10 { group.addTask { number } }
          return await group.reduce(0, +)
        }
        let queue = DispatchQueue(label: "work")
        let data = try JSONEncoder().encode(["sum": sum + queue.sync { 1 }])
        try data.write(to: URL(fileURLWithPath: "out.json"))
        try await Task.sleep(nanoseconds: 1_000_000)
        if String(decoding: data, as: UTF8.self) == #"{"sum":56}"# { print("OK") }
        """)
  ]
}

extension Policy {
  /// Whether the policy gives what a program needs.
  func gives(_ need: LanguageProgram.Need) -> Bool {
    switch need {
    case .processes: makesProcesses
    case .socketPairs: allows("socketpair")
    case .sockets: allows("socket", "bind", "listen", "connect")
    case .loopback: network != .none
    }
  }
}
