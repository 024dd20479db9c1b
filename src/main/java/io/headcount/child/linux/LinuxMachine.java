package io.headcount.child.linux;

/** What all children on this machine share. */
record LinuxMachine(
    Platform platform,
    Descriptors descriptors,
    Forest forest,
    Adoptees adoptees,
    ProcTable table,
    Escapees escapees) {}
