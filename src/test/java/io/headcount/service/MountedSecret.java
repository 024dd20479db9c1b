package io.headcount.service;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A Secret as the kubelet mounts it: files are links into a folder that is itself a link, and a new
 * content is another folder to which that one link leads from one moment to the next.
 */
final class MountedSecret {
  private final Path mount;
  private final Map<String, String> paths = new HashMap<>(); // by key
  private int version;

  /** Mounts the volume of this name of the pod, with this content by key. */
  MountedSecret(Path mount, PodSpec pod, String volume, Map<String, Path> content)
      throws IOException {
    this.mount = Files.createDirectory(mount);
    pod.getVolumes().stream()
        .filter(each -> each.getName().equals(volume))
        .flatMap(each -> each.getSecret().getItems().stream())
        .forEach((KeyToPath item) -> paths.put(item.getKey(), item.getPath()));
    update(content);
    for (String path : paths.values()) {
      Files.createSymbolicLink(mount.resolve(path), Path.of("..data", path));
    }
  }

  void update(Map<String, Path> content) throws IOException {
    Path folder = Files.createDirectory(mount.resolve("..version" + ++version));
    for (var item : paths.entrySet()) {
      Files.copy(content.get(item.getKey()), folder.resolve(item.getValue()));
    }
    Path next = Files.createSymbolicLink(mount.resolve("..data_tmp"), folder.getFileName());
    Files.move(next, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  Path folder() {
    return mount;
  }
}
