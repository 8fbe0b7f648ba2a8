package io.ostraka.it.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is shipped is what production needs: mistakes are planted into classes when tests load them, so the distribution
 * has no trace of mutants, of switches that would turn one on, of the simulator, or of tests.
 */
final class ShippedJarsTest {

    private static final Path MODULES = checkout();

    /** By their names in the jars, our classes in the distribution. */
    private final Map<String, byte[]> shipped = shipped();

    @Test
    void theDistributionHasTheServerAndAllThatItNeeds() {
        assertThat(shipped)
                .containsKeys(
                        "io/ostraka/server/Main.class",
                        "io/ostraka/shardkv/server/ShardKvNode.class",
                        "io/ostraka/shardctrler/server/ControllerNode.class",
                        "io/ostraka/raft/core/RawNode.class",
                        "io/ostraka/client/OstrakaClient.class");
    }

    @Test
    void noClassOfTestsOrOfTheTestkitIsShipped() throws IOException {
        Set<String> ofTests = new TreeSet<>(classesBelow(MODULES.resolve("raft/testkit/target/classes")));
        try (Stream<Path> paths = Files.find(MODULES, 4, (path, _) -> path.endsWith("target/test-classes"))) {
            for (Path folder : paths.toList()) {
                ofTests.addAll(classesBelow(folder));
            }
        }
        assertThat(ofTests)
                .contains("io/ostraka/raft/testkit/changed/ChangedSystem.class")
                .contains("io/ostraka/it/rules/ShippedJarsTest.class");

        assertThat(ofTests).doesNotContainAnyElementsOf(shipped.keySet());
    }

    @Test
    void noShippedClassSpeaksOfMutantsOrTestsOrChangesClasses() {
        shipped.forEach((name, bytes) -> {
            String text = new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            assertThat(Stream.of(
                                    "mutant",
                                    "java/lang/classfile",
                                    "io/ostraka/raft/testkit",
                                    "io/ostraka/it/",
                                    "org/junit")
                            .filter(text::contains))
                    .as(name)
                    .isEmpty();
        });
    }

    /**
     * A system property would be a switch that no page documents; the log has those of its library and the launcher,
     * and the demo's processes are told their JVM's.
     */
    @Test
    void onlyTheLogAndTheDemoWithItsProcessesAskForSystemProperties() {
        Set<String> asking = new TreeSet<>();
        shipped.forEach((name, bytes) -> {
            ClassModel model = ClassFile.of().parse(bytes);
            for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof MethodRefEntry call && asksForProperty(call)) {
                    asking.add(name.substring(0, name.lastIndexOf('/')));
                }
            }
        });
        assertThat(asking)
                .containsExactly("io/ostraka/server/cluster", "io/ostraka/server/demo", "io/ostraka/server/logging");
    }

    private static boolean asksForProperty(MethodRefEntry call) {
        return switch (call.owner().asInternalName()) {
            case "java/lang/System" -> call.name().stringValue().startsWith("getPropert");
            case "java/lang/Boolean" -> call.name().equalsString("getBoolean");
            case "java/lang/Integer" -> call.name().equalsString("getInteger");
            case "java/lang/Long" -> call.name().equalsString("getLong");
            default -> false;
        };
    }

    private static Map<String, byte[]> shipped() {
        Map<String, byte[]> classes = new TreeMap<>();
        Path lib = MODULES.resolve("deploy/server/target/dist/lib");
        try (Stream<Path> jars = Files.list(lib)) {
            for (Path path : jars.filter(ShippedJarsTest::isOurs).toList()) {
                try (JarFile jar = new JarFile(path.toFile())) {
                    for (var entry : jar.stream().toList()) {
                        if (entry.getName().endsWith(".class")) {
                            classes.put(
                                    entry.getName(), jar.getInputStream(entry).readAllBytes());
                        }
                    }
                }
            }
            return classes;
        } catch (IOException e) {
            throw new AssertionError("the distribution is built by 'mvn package', with deploy/server", e);
        }
    }

    private static boolean isOurs(Path jar) {
        return jar.getFileName().toString().startsWith("ostraka-");
    }

    private static Set<String> classesBelow(Path folder) throws IOException {
        Set<String> classes = new TreeSet<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.map(path -> folder.relativize(path).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("package-info.class"))
                    .forEach(classes::add);
        }
        return classes;
    }

    private static Path checkout() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new AssertionError("no directory with .mvn above the working directory");
            }
            directory = parent;
        }
        return directory;
    }
}
