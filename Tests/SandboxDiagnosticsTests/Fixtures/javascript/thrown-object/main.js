const failure = { status: 404 };
throw failure;
