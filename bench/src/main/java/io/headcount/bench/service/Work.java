package io.headcount.bench.service;

/** What a contender is asked to do. */
enum Work {
  /** From its start to the first request that it answers, and what it then has in memory. */
  START,
  /** Run a command and return its output. */
  RUN,
  /** Have many children alive. */
  LIVE,
  /** Pass on what a child writes. */
  STREAM,
  /** End, and its children with it. */
  STOP
}
