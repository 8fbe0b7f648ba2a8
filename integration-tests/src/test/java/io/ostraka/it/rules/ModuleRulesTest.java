package io.ostraka.it.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which module may use which, which packages only decide, and where messages of the wire may appear. */
final class ModuleRulesTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.ostraka");

    /** Each module's root package, and the modules it may use beside itself. */
    private static final Map<String, List<String>> EDGES = edges();

    /** Packages that only decide: inputs and results are values (DESIGN, section 2). */
    private static final String[] DECIDING = {
        "io.ostraka.raft.core..",
        "io.ostraka.proto.config",
        "io.ostraka.shardctrler.state..",
        "io.ostraka.shardctrler.balance..",
        "io.ostraka.shardkv.shard..",
        "io.ostraka.shardkv.session..",
        "io.ostraka.shardkv.migration..",
        "io.ostraka.client.internal.routing..",
    };

    /** What users run from the class files alone, on histories of any system. */
    private static final String[] HISTORIES = {
        "io.ostraka.raft.testkit.history", "io.ostraka.raft.testkit.linearizability",
    };

    /** What no deciding class may touch: threads, clocks, chance, files, sockets, logs. */
    private static final DescribedPredicate<JavaClass> DOING = describe(
            "do input, output, threads, time or chance", type -> isDoing(type.getFullName(), type.getPackageName()));

    /** A reference that another thread may read is not yet a thread, and a unit of time is not yet a clock. */
    private static final Set<String> HARMLESS =
            Set.of("java.util.concurrent.TimeUnit", "java.util.concurrent.atomic.AtomicReference");

    private static Map<String, List<String>> edges() {
        Map<String, List<String>> edges = new LinkedHashMap<>();
        edges.put("io.ostraka.proto", List.of());
        edges.put("io.ostraka.raft.core", List.of());
        edges.put("io.ostraka.raft.runtime", List.of("io.ostraka.raft.core", "io.ostraka.proto"));
        edges.put(
                "io.ostraka.raft.testkit",
                List.of("io.ostraka.raft.core", "io.ostraka.raft.runtime", "io.ostraka.proto"));
        edges.put(
                "io.ostraka.shardctrler",
                List.of("io.ostraka.raft.core", "io.ostraka.raft.runtime", "io.ostraka.proto"));
        edges.put("io.ostraka.shardkv", List.of("io.ostraka.raft.core", "io.ostraka.raft.runtime", "io.ostraka.proto"));
        edges.put("io.ostraka.client", List.of("io.ostraka.proto"));
        edges.put("io.ostraka.cli", List.of("io.ostraka.client"));
        edges.put("io.ostraka.testcontainers", List.of("io.ostraka.client"));
        edges.put("io.ostraka.examples", List.of("io.ostraka.client", "io.ostraka.testcontainers"));
        edges.put(
                "io.ostraka.server",
                List.of(
                        "io.ostraka.proto",
                        "io.ostraka.raft.core",
                        "io.ostraka.raft.runtime",
                        "io.ostraka.shardctrler",
                        "io.ostraka.shardkv",
                        "io.ostraka.client",
                        "io.ostraka.cli"));
        return edges;
    }

    @Test
    void modulesUseOnlyWhatTheirLineAllows() {
        EDGES.forEach((module, allowed) -> {
            List<String> forbidden = EDGES.keySet().stream()
                    .filter(other -> !other.equals(module) && !allowed.contains(other))
                    .map(other -> other + "..")
                    .toList();
            check(noClasses()
                    .that()
                    .resideInAPackage(module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden.toArray(String[]::new)));
        });
    }

    @Test
    void everyClassBelongsToAModule() {
        check(classes()
                .should()
                .resideInAnyPackage(
                        EDGES.keySet().stream().map(module -> module + "..").toArray(String[]::new))
                .orShould()
                .resideInAPackage("io.ostraka.it.."));
    }

    @Test
    void raftCoreUsesNothingButItselfAndTheLanguage() {
        check(classes()
                .that()
                .resideInAPackage("io.ostraka.raft.core..")
                .should()
                .onlyDependOnClassesThat(describe(
                        "are its own, of the language, or of java.util",
                        type -> type.getPackageName().startsWith("io.ostraka.raft.core")
                                || type.getPackageName().startsWith("java.lang")
                                || type.getPackageName().startsWith("java.util")
                                || type.getPackageName().equals("org.jspecify.annotations")
                                || type.getPackageName().equals("java.nio.charset")
                                || type.getFullName().equals("java.nio.ByteBuffer")
                                || type.isArray()
                                || type.isPrimitive())));
    }

    @Test
    void historiesAndTheirCheckerUseNothingButThemselvesAndTheLanguage() {
        check(classes()
                .that()
                .resideInAnyPackage(HISTORIES)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(HISTORIES)
                        .or(resideInAnyPackage("java..", "org.jspecify.annotations"))
                        .or(describe("are arrays or primitive", type -> type.isArray() || type.isPrimitive()))));
    }

    @Test
    void decidingPackagesDoNothing() {
        check(decidingRule(DECIDING));
    }

    @Test
    void decidingPackagesKnowNoMessageOfTheWire() {
        check(noClasses()
                .that()
                .resideInAnyPackage(withoutProto(DECIDING))
                .should()
                .dependOnClassesThat(assignableTo(MessageLite.class))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.protobuf..", "io.grpc.."));
    }

    @Test
    void usersAndTheCommandLineSeeThePublicClientOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.ostraka.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ostraka.client.internal.."));
        check(noClasses()
                .that()
                .resideInAPackage("io.ostraka.client")
                .and()
                .arePublic()
                .should(haveAPublicSignatureWithTheWire()));
    }

    @Test
    void ruleSeesAClassThatDoesWhereItShouldDecide() {
        JavaClasses doing = new ClassFileImporter().importClasses(Doing.class);

        assertThat(decidingRule("io.ostraka.it.rules..")
                        .evaluate(doing)
                        .getFailureReport()
                        .getDetails())
                .anyMatch(line -> line.contains("java.util.concurrent.CompletableFuture"))
                .anyMatch(line -> line.contains("nanoTime"));
    }

    private static ArchRule decidingRule(String... packages) {
        return noClasses()
                .that()
                .resideInAnyPackage(packages)
                .should()
                .dependOnClassesThat(DOING)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random");
    }

    private static boolean isDoing(String name, String packageName) {
        return (packageName.startsWith("java.util.concurrent") && !HARMLESS.contains(name))
                || packageName.startsWith("java.io")
                || packageName.startsWith("java.net")
                || packageName.startsWith("java.nio.file")
                || packageName.startsWith("java.nio.channels")
                || packageName.startsWith("java.lang.reflect")
                || packageName.startsWith("org.slf4j")
                || packageName.startsWith("org.rocksdb")
                || packageName.startsWith("io.grpc")
                || name.equals("java.lang.Thread")
                || name.equals("java.lang.ThreadLocal")
                || name.equals("java.lang.Process")
                || name.equals("java.lang.Runtime")
                || name.equals("java.time.Clock")
                || name.equals("java.util.Random")
                || name.equals("java.util.Timer")
                || name.equals("java.security.SecureRandom");
    }

    private static ArchCondition<JavaClass> haveAPublicSignatureWithTheWire() {
        return new ArchCondition<>("show messages of the wire in a public signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMethods().stream()
                        .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(method -> method.getAllInvolvedRawTypes().stream()
                                .anyMatch(used -> used.getPackageName().startsWith("com.google.protobuf")
                                        || used.getPackageName().startsWith("io.grpc")
                                        || used.isAssignableTo(MessageLite.class)))
                        .forEach(method -> events.add(SimpleConditionEvent.satisfied(
                                method, method.getFullName() + " shows a message of the wire")));
            }
        };
    }

    private static String[] withoutProto(String[] packages) {
        return List.of(packages).stream()
                .filter(one -> !one.startsWith("io.ostraka.proto"))
                .toArray(String[]::new);
    }

    /** A package that is still empty breaks no rule. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(OURS);
    }

    /** What a deciding class must not look like. */
    record Doing(CompletableFuture<Long> later) {
        long now() {
            return later.getNow(System.nanoTime());
        }
    }
}
