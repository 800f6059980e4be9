#error not on this machine
int main(void) { return 0; }
