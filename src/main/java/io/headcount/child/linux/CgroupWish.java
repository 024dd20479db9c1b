package io.headcount.child.linux;

/**
 * That each run is to have a cgroup.
 *
 * @param boot names this life of the service, and its cgroup
 * @param required whether to refuse to start without, and to use what root may write to though
 *     nobody delegated it
 */
public record CgroupWish(String boot, boolean required) {}
