package dev.treadle.docs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, as drawn in docs/design.md. */
class ArrowsTest {
  private static final JavaClasses TREADLE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.treadle");

  private static final String COROUTINES = "dev.treadle.coroutines..";
  private static final String TESTING = "dev.treadle.testing..";
  private static final String HTTP = "dev.treadle.http..";
  private static final String OFFLOAD = "dev.treadle.offload..";

  @Test
  void shouldSeeTheModules() {
    assertThat(TREADLE)
        .extracting(JavaClass::getName)
        .contains(
            "dev.treadle.coroutines.Generator",
            "dev.treadle.Loop",
            "dev.treadle.testing.TreadleTest",
            "dev.treadle.http.Http",
            "dev.treadle.offload.ThreadPool");
  }

  @Test
  void shouldBuildCoroutinesOnTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage(COROUTINES)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(COROUTINES, "java..", "jdk.internal.vm", "org.jspecify.annotations")
        .check(TREADLE);
  }

  @Test
  void shouldNotUseTestingInTheLoop() {
    noClasses()
        .that(not(resideInAPackage(TESTING)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(TESTING)
        .check(TREADLE);
  }

  @Test
  void shouldNotKnowTheNetworkInTheLoop() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.treadle", "dev.treadle.queue..", "dev.treadle.sync..", "dev.treadle.debug..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.treadle.io..", "io.netty.handler..", "io.netty.resolver..")
        .check(TREADLE);
  }

  @Test
  void shouldNotUseReactivePublishersInTheLoopItself() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.treadle", "dev.treadle.internal", "dev.treadle.sync")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.treadle.reactor..")
        .check(TREADLE);
  }

  /** It is optional: where it is absent, that class is never loaded. */
  @Test
  void shouldTouchContextPropagationInOneClass() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.treadle\\.internal\\.Propagation(\\$.*)?")
        .should()
        .dependOnClassesThat(resideInAPackage("io.micrometer.."))
        .check(TREADLE);
  }

  @Test
  void shouldKnowHttpInItsModuleAlone() {
    noClasses()
        .that(not(resideInAPackage(HTTP)))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(HTTP, "reactor.netty..", "io.netty.handler.codec.http..")
        .check(TREADLE);
  }

  @Test
  void shouldKnowOffloadInItsModuleAlone() {
    noClasses()
        .that(not(resideInAPackage(OFFLOAD)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(OFFLOAD)
        .check(TREADLE);
    noClasses()
        .that()
        .resideInAPackage(OFFLOAD)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(HTTP)
        .check(TREADLE);
  }

  /** A worker process starts with it: what it loads is what it waits for. */
  @Test
  void shouldBuildWorkersOnTheJdkAlone() {
    classes()
        .that()
        .resideInAPackage("dev.treadle.offload.internal")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("dev.treadle.offload.internal", "java..", "org.jspecify.annotations")
                // What a program catches; loaded when something fails.
                .or(name("dev.treadle.offload.RemoteFailureException")))
        .check(TREADLE);
  }

  @Test
  void shouldShareMemoryWithoutPools() {
    noClasses()
        .that()
        .resideInAPackage("dev.treadle.offload.memory..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.treadle.offload", "dev.treadle.offload.internal", "dev.treadle.offload.process..")
        .allowEmptyShould(true)
        .check(TREADLE);
  }

  @Test
  void shouldKnowQueuesAndPipesNowhereElse() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.treadle.offload", "dev.treadle.offload.internal", "dev.treadle.offload.memory..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.treadle.offload.process..")
        .check(TREADLE);
  }

  @Test
  void shouldTouchContinuationsInOneClass() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.treadle\\.coroutines\\.internal\\.Fiber(\\$.*)?")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("jdk.internal..", "sun..", "com.sun..")
                // The JVM's flags, and attaching to one: supported, in spite of their names.
                .and(not(resideInAnyPackage("com.sun.management", "com.sun.tools.attach")))
                .as("the JDK's internals"))
        .check(TREADLE);
  }

  @Test
  void shouldNotShowInternalTypesInPublicSignatures() {
    DescribedPredicate<JavaClass> internal =
        DescribedPredicate.describe(
            "internal",
            type -> type.getPackageName().matches("dev\\.treadle(\\..*)?\\.internal.*"));
    DescribedPredicate<List<JavaClass>> anyInternal =
        DescribedPredicate.describe("internal", types -> types.stream().anyMatch(internal));
    noMethods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(
            not(internal)
                .and(
                    DescribedPredicate.describe(
                        "public", type -> type.getModifiers().contains(JavaModifier.PUBLIC))))
        .should()
        .haveRawReturnType(internal)
        .orShould()
        .haveRawParameterTypes(anyInternal)
        .check(TREADLE);
  }

  /** A package and its {@code internal} part count as one. */
  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(TREADLE);
  }

  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName().replaceFirst("\\.internal$", ""));
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
