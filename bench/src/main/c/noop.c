/* The child of every spawn: nothing to load, nothing to do. */
int main(void) { return 0; }
