// The first run of a command that runs one program and ends: its worker, and the request where it can be told before the command
// can tell it itself. What is asked for wrongly is ended by who asks for something else.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox_launcher.h"
#include "worker.h"

static struct sandbox_first_run first = {.control = -1, .report = -1};

static cpu_set_t processors;
static int is_avoiding;

// What is in the caller's arguments and environment is none of a worker's business. The kernel puts the arguments one behind
// the other, which ps(1) shows.
static void forget(char **argv, char **environment) {
  static const char name[] = "ocisandbox-worker";
  static char *nothing[] = {NULL};
  char *end = argv[0];
  for (; *environment; environment++) memset(*environment, 0, strlen(*environment));
  for (char **word = argv; *word && *word == end; word++) end = *word + strlen(*word) + 1;
  size_t room = (size_t)(end - argv[0]);
  memset(argv[0], 0, room);
  memcpy(argv[0], name, room < sizeof name ? room - 1 : sizeof name);
  environ = nothing;
}

int sandbox_fork_worker(char **argv, char **environment) {
  int ends[2];
  sigset_t all;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
  int processor = sched_getcpu();
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof processors, &processors) < 0)
    CPU_ZERO(&processors);
  pid_t worker = fork();
  if (worker < 0) {
    int error = errno;
    close(ends[0]), close(ends[1]);
    return -error;
  }
  if (worker == 0) {
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int number = 1; number <= SIGRTMAX; number++) signal(number, SIG_DFL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++) dup2(null, fd);
    if (ends[1] != control_fd) dup2(ends[1], control_fd);
    forget(argv, environment);
    prctl(PR_SET_NAME, "exe");  // as of one that was started
    be_worker(0, &processors);
  }
  // The kernel leaves both on this one beside an idle one. Not started yet, it needs no help to move.
  cpu_set_t others = processors;
  if (processor >= 0 && processor < CPU_SETSIZE) CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) > 0) sched_setaffinity(worker, sizeof others, &others);
  close(ends[1]);
  first.control = ends[0];
  first.worker = worker;
  return 0;
}

void sandbox_use_all_processors(void) {
  DIR *threads = is_avoiding ? opendir("/proc/self/task") : NULL;
  is_avoiding = 0;
  for (struct dirent *thread; threads && (thread = readdir(threads));)
    if (thread->d_name[0] != '.') sched_setaffinity(atoi(thread->d_name), sizeof processors, &processors);
  if (threads) closedir(threads);
}

// Opens a file of the caller's own that nobody else can have written; -1 where it is none.
static int open_own(const char *path, off_t *size) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -1;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() && !(status.st_mode & 022) &&
      status.st_size > 0 && status.st_size < 1 << 20) {
    *size = status.st_size;
    return fd;
  }
  close(fd);
  return -1;
}

int sandbox_identify_executable(struct sandbox_executable *executable) {
  struct stat status;
  memset(executable, 0, sizeof *executable);
  if (stat("/proc/self/exe", &status) < 0) return -errno;
  *executable = (struct sandbox_executable){status.st_dev, status.st_ino, (uint64_t)status.st_size,
                                            status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  return 0;
}

// Puts the pieces together; 0 where the template is not as it should be.
static int fill(const char *at, const char *end, size_t room, const char *name, const char *content, size_t size) {
  int64_t length = (int64_t)size;
  while (at < end) {
    struct sandbox_piece piece;
    if ((size_t)(end - at) < sizeof piece) return 0;
    memcpy(&piece, at, sizeof piece), at += sizeof piece;
    const char *from = at;
    size_t count = piece.size;
    switch (piece.kind) {
    case sandbox_piece_name: from = name, count = strlen(name); break;
    case sandbox_piece_size: from = (const char *)&length, count = sizeof length; break;
    case sandbox_piece_content: from = content, count = size; break;
    default:
      if ((size_t)(end - at) < count) return 0;
      at += count;
    }
    if (room - first.request_size < count) return 0;
    memcpy(first.request + first.request_size, from, count);
    first.request_size += count;
  }
  return first.request_size >= sizeof(struct sandbox_run_request);
}

// Makes the program's streams and what its driver reports to, and sends the request.
static int ask(void) {
  int output[2], errors[2], files[5] = {-1, -1, -1, -1, -1}, count = 0, is_made = 1;
  struct sandbox_run_request *request = (void *)first.request;
  size_t size = first.request_size, body_size = size - sizeof *request;
  if (sandbox_output_pipe(output) < 0) return 0;
  first.output = output[0];
  if (sandbox_output_pipe(errors) < 0) return 0;
  first.errors = errors[0];
  files[count++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  files[count++] = output[1], files[count++] = errors[1];
  if (body_size > sandbox_most_inline_bytes) {
    request->body_size = body_size;
    size = sizeof *request;
    files[count++] = sandbox_memory_file();
    is_made = write(files[count - 1], request + 1, body_size) == (ssize_t)body_size;
  }
  if (request->has_report) files[count++] = first.report = sandbox_report_file(first.report_key);
  for (int i = 0; i < count; i++)
    if (files[i] < 0) is_made = 0;
  is_made = is_made && sandbox_send(first.control, request, size, files, (size_t)count) == 0;
  for (int i = 0; i < count; i++)
    if (files[i] >= 0 && files[i] != first.report) close(files[i]);
  return is_made;
}

// A program that can be read again. What is something else is not opened: who writes into a named pipe would take this for its
// reader.
static int open_program(const char *path, size_t *size) {
  struct stat status;
  if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > 1 << 20) return -1;
  *size = (size_t)status.st_size;
  return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

// Waits until the program executes, and keeps off its processor. What follows here takes long, and is needed when the program
// ends: beside the worker's last steps exec(2) would take the program to where this process is, and leave the other
// processor idle.
static void let_start(void) {
  enum { longest_milliseconds = 20 };
  struct pollfd wait = {first.control, POLLIN, 0};
  struct sandbox_started started;
  cpu_set_t others = processors;
  int none;
  if (poll(&wait, 1, longest_milliseconds) <= 0) return;
  first.has_ready = sandbox_receive(first.control, &first.ready, sizeof first.ready, &none) == sizeof first.ready;
  if (!first.has_ready || first.ready.step || poll(&wait, 1, longest_milliseconds) <= 0) return;
  // Else it is the report of a program that has ended already.
  if (recv(first.control, &started, sizeof started, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) != sizeof started) return;
  sandbox_receive(first.control, &started, sizeof started, &none);
  first.has_started = 1;
  first.processor = started.processor;
  if (started.processor < 0 || started.processor >= CPU_SETSIZE) return;
  CPU_CLR(started.processor, &others);
  is_avoiding = CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0;
}

void sandbox_begin_run(const char *template_path, const char *program) {
  off_t template_size = 0;
  size_t program_size = 0;
  struct sandbox_executable executable;
  const char *name = strrchr(program, '/');
  name = name ? name + 1 : program;
  int template = open_own(template_path, &template_size);
  if (template < 0) return;
  int file = open_program(program, &program_size);
  // The request, the template, and the program.
  size_t room = ((size_t)template_size + program_size + 16 * strlen(name) + 4096) & ~(size_t)4095;
  char *bytes = mmap(NULL, room + (size_t)template_size + program_size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  struct sandbox_template *head = (void *)(bytes + room);
  char *view = (char *)(head + 1), *content = bytes + room + template_size;
  first.request = bytes;
  if (file >= 0 && bytes != MAP_FAILED && read(template, head, (size_t)template_size) == template_size &&
      read(file, content, program_size) == (ssize_t)program_size && (size_t)template_size >= sizeof *head &&
      sandbox_identify_executable(&executable) == 0 && memcmp(&executable, &head->executable, sizeof executable) == 0 &&
      head->view_size <= (size_t)template_size - sizeof *head &&
      fill(view + head->view_size, content, room, name, content, program_size)) {
    first.view = view;
    first.view_size = head->view_size;
    first.is_asked = sandbox_send(first.control, view, first.view_size, NULL, 0) == 0 && ask();
    // It waits for what does not come.
    if (!first.is_asked) close(first.control), first.control = -1;
    else let_start();
  }
  close(template);
  if (file >= 0) close(file);
}

const struct sandbox_first_run *sandbox_take_first_run(void) {
  static int is_taken;
  return is_taken++ || first.control < 0 ? NULL : &first;
}
