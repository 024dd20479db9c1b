package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The list in the jar of what the jar is made of (CycloneDX). */
class SbomJarTests {

  @Test
  void namesEveryLibraryOfTheJarWithItsVersion() throws Exception {
    try (JarFile jar = new JarFile(System.getProperty("headcount.jar"))) {
      var attributes = jar.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Sbom-Format")).isEqualTo("CycloneDX");
      JsonNode list;
      try (InputStream text =
          jar.getInputStream(jar.getEntry(attributes.getValue("Sbom-Location")))) {
        list = new JsonMapper().readTree(text);
      }
      assertThat(list.path("bomFormat").asString()).isEqualTo("CycloneDX");
      assertThat(list.at("/metadata/component/name").asString()).isEqualTo("headcount");
      Set<String> named =
          list.path("components")
              .valueStream()
              .map(each -> each.path("name").asString() + "-" + each.path("version").asString())
              .collect(Collectors.toSet());
      Set<String> packed =
          jar.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.startsWith("BOOT-INF/lib/") && name.endsWith(".jar"))
              .map(name -> name.substring("BOOT-INF/lib/".length(), name.length() - 4))
              .filter(name -> !name.startsWith("spring-boot-jarmode-tools")) // the plugin's own
              .collect(Collectors.toSet());
      assertThat(packed).hasSizeGreaterThan(50).allMatch(named::contains);
    }
  }
}
