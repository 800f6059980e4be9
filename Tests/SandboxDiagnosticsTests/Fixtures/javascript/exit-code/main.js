process.exitCode = 5;
