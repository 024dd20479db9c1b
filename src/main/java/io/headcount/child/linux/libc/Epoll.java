package io.headcount.child.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * One epoll instance's events ({@code epoll(7)}), level-triggered, each known by its descriptor.
 * One thread waits; what fails returns the error number negated.
 */
public final class Epoll {
  public static final int IN = 0x001;
  public static final int OUT = 0x004;
  public static final int ERR = 0x008;

  /** {@code EPOLLET}: tell of each change once, whether or not it was read. */
  public static final int ONCE_A_CHANGE = 1 << 31;

  public static final int HUP = 0x010;

  private static final int ADD = 1;
  private static final int DEL = 2;
  private static final int MOD = 3;
  private static final int CLOEXEC = 0x80000;

  private static final Arch ARCH = Arch.current();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final Function CREATE = Function.named("epoll_create1");
  private static final Function CTL = Function.named("epoll_ctl");
  private static final Function WAIT = Function.named("epoll_wait");

  private final int fd;
  private final int capacity;
  private final MemorySegment events;

  /**
   * Looks at an epoll instance.
   *
   * @param fd from {@link #create}
   * @param capacity most events of one wait
   */
  public Epoll(int fd, int capacity) {
    this.fd = fd;
    this.capacity = capacity;
    this.events = Arena.ofAuto().allocate((long) capacity * ARCH.epollEventSize, 16);
  }

  /** {@code epoll_create1(2)}. */
  public static int create() {
    return CREATE.call(CLOEXEC);
  }

  public int add(int target, int interest) {
    return control(ADD, target, interest);
  }

  public int modify(int target, int interest) {
    return control(MOD, target, interest);
  }

  public int delete(int target) {
    return control(DEL, target, 0);
  }

  private int control(int operation, int target, int interest) {
    Scratch scratch = Scratch.ofThisThread();
    scratch.space.set(INT, 0, interest);
    scratch.space.set(INT, ARCH.epollDataOffset, target);
    return CTL.call(fd, operation, target, scratch.address());
  }

  /** Waits at most {@code timeoutMs} (-1 is for ever) and returns how many events there are. */
  public int await(int timeoutMs) {
    try {
      return WAIT.call(fd, events.address(), capacity, timeoutMs);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The descriptor of event {@code index} of the last wait. */
  public int target(int index) {
    return events.get(INT, (long) index * ARCH.epollEventSize + ARCH.epollDataOffset);
  }

  /** What happened to it. */
  public int happened(int index) {
    return events.get(INT, (long) index * ARCH.epollEventSize);
  }
}
