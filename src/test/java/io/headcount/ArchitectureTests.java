package io.headcount;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.stereotype.Component;

/**
 * Who may depend on whom. Each package names all it may use; an arrow that is not here does not
 * exist. In the chain {@code supervisor -> child -> output} a package may use what stands to the
 * right of it, and {@code config} may use everything.
 */
@AnalyzeClasses(
    packages = "io.headcount",
    importOptions = {DoNotIncludeTests.class, ArchitectureTests.NotPrepared.class})
class ArchitectureTests {

  /** Leaves out what Spring writes when the jar is packed. */
  static final class NotPrepared implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("__");
    }
  }

  private static final String ROOT = "io.headcount";
  private static final String API = "io.headcount.api..";
  private static final String METRICS = "io.headcount.metrics..";
  private static final String SECURITY = "io.headcount.security..";
  private static final String POLICY = "io.headcount.policy..";
  private static final String CONNECTIONS = "io.headcount.connections..";
  private static final String SUPERVISOR = "io.headcount.supervisor..";
  private static final String CHILD = "io.headcount.child";
  private static final String OUTPUT = "io.headcount.output..";
  private static final String LINUX = "io.headcount.child.linux";
  private static final String LIBC = "io.headcount.child.linux.libc..";
  private static final String JDK = "io.headcount.child.jdk..";

  @ArchTest static final ArchRule theEntryPointKnowsNobody = mayUseOfOurs(ROOT);

  @ArchTest
  static final ArchRule apiUsesTheCore = mayUseOfOurs(API, POLICY, SUPERVISOR, CHILD, OUTPUT);

  @ArchTest static final ArchRule connectionsKnowNobody = mayUseOfOurs(CONNECTIONS);

  @ArchTest static final ArchRule policyJudgesRequests = mayUseOfOurs(POLICY, SUPERVISOR, CHILD);

  @ArchTest
  static final ArchRule metricsUseTheCore = mayUseOfOurs(METRICS, SUPERVISOR, CHILD, OUTPUT);

  @ArchTest
  static final ArchRule securityUsesTheCore =
      mayUseOfOurs(SECURITY, POLICY, SUPERVISOR, CHILD, OUTPUT);

  @ArchTest static final ArchRule supervisorUsesChildren = mayUseOfOurs(SUPERVISOR, CHILD, OUTPUT);

  @ArchTest static final ArchRule childUsesOutput = mayUseOfOurs(CHILD, OUTPUT);

  @ArchTest static final ArchRule outputUsesNobody = mayUseOfOurs(OUTPUT);

  @ArchTest static final ArchRule linuxUsesLibc = mayUseOfOurs(LINUX, CHILD, OUTPUT, LIBC);

  @ArchTest static final ArchRule libcUsesNobody = mayUseOfOurs(LIBC);

  @ArchTest static final ArchRule jdkUsesTheContract = mayUseOfOurs(JDK, CHILD, OUTPUT);

  @ArchTest
  static final ArchRule theCoreKnowsNoFramework =
      classes()
          .that()
          .resideInAnyPackage(POLICY, SUPERVISOR, OUTPUT, CHILD, LINUX)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "org.slf4j..", "io.headcount..")
          .allowEmptyShould(true);

  /** Only the JDK's own management beans say how many descriptors are open. */
  @ArchTest
  static final ArchRule theJdkAdapterKnowsNoFramework =
      classes()
          .that()
          .resideInAPackage(JDK)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "com.sun.management..", "org.jspecify..", "org.slf4j..", "io.headcount..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule libcHasNoPolicy =
      classes()
          .that()
          .resideInAPackage(LIBC)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", LIBC)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyLibcTouchesNativeMemory =
      noClasses()
          .that()
          .resideOutsideOfPackage(LIBC)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.foreign..")
          .allowEmptyShould(true);

  /** Nothing is a bean, and no setting is read, where the start does not look. */
  @ArchTest
  static final ArchRule beansAreWhereTheStartLooks =
      classes()
          .that()
          .areMetaAnnotatedWith(Component.class)
          .should()
          .resideInAnyPackage(
              Stream.concat(
                      Stream.of(ROOT),
                      Stream.of(
                          HeadcountApplication.class
                              .getAnnotation(SpringBootApplication.class)
                              .scanBasePackages()))
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule settingsAreWhereTheStartLooks =
      classes()
          .that()
          .areAnnotatedWith(ConfigurationProperties.class)
          .should()
          .resideInAnyPackage(
              HeadcountApplication.class.getAnnotation(ConfigurationPropertiesScan.class).value());

  @ArchTest
  static final ArchRule noFieldInjection =
      GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION.allowEmptyShould(true);

  @ArchTest
  static final ArchRule noStandardStreams =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.allowEmptyShould(true);

  @ArchTest
  static final ArchRule noJavaUtilLogging =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.logging..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes().should(beInANullMarkedPackage()).allowEmptyShould(true);

  /** What is in {@code owner} uses, of our own packages, itself and those of {@code others}. */
  private static ArchRule mayUseOfOurs(String owner, String... others) {
    String[] allowed = Stream.concat(Stream.of(owner), Stream.of(others)).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(owner)
        .should()
        .dependOnClassesThat(
            are(resideInAPackage("io.headcount..")).and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package with a @NullMarked package-info") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        events.add(
            new SimpleConditionEvent(
                type, marked, "%s: @NullMarked is %s".formatted(type.getName(), marked)));
      }
    };
  }
}
