function stop() {
  process.exit(3);
}
stop();
