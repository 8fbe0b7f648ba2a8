package io.ostraka.it.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the whole checkout to the house style, and {@link Tidy} itself to seeing what it claims to see. */
final class TidyTest {

    private static final String MAIN = "shardkv/src/main/java/io/ostraka/shardkv/Sample.java";
    private static final String TEST = "shardkv/src/test/java/io/ostraka/shardkv/SampleTest.java";
    private static final String CORE = "raft/core/src/main/java/io/ostraka/raft/core/Sample.java";

    @Test
    void everySourceOfTheCheckoutIsTidy() throws IOException {
        assertThat(Tidy.check(checkout())).isEmpty();
    }

    @Test
    void methodLongerThanItsBudgetIsFound() throws IOException {
        String body = "        int a = 1;\n".repeat(Tidy.METHOD_LINES_MAX - 1);

        assertThat(findings(MAIN, "class Sample {\n    void f() {\n" + body + "    }\n}\n"))
                .containsExactly(MAIN + ":2: f has 71 lines, more than 70");
    }

    @Test
    void methodOfItsBudgetIsNotFound() throws IOException {
        String body = "        int a = 1;\n".repeat(Tidy.METHOD_LINES_MAX - 2);

        assertThat(findings(MAIN, "class Sample {\n    void f() {\n" + body + "    }\n}\n"))
                .isEmpty();
    }

    @Test
    void fileAndLineLongerThanTheirBudgetsAreFound() throws IOException {
        assertThat(findings(MAIN, "class Sample {}\n" + "\n".repeat(600) + "// " + "x".repeat(118) + "\n"))
                .containsExactly(
                        MAIN + ": has 602 lines, more than 600", MAIN + ":602: is 121 columns wide, more than 120");
    }

    @Test
    void seventhParameterIsFoundButNotInTheCanonicalConstructorOfARecord() throws IOException {
        String seven = "int a, int b, int c, int d, int e, int f, int g";

        assertThat(findings(MAIN, "class Sample { void h(" + seven + ") {} }"))
                .containsExactly(MAIN + ":1: h has 7 parameters, more than 6");
        assertThat(findings(MAIN, "record Sample(" + seven + ") { Sample { a = 1; } }"))
                .isEmpty();
        assertThat(findings(MAIN, "record Sample(" + seven + ") {\n Sample(" + seven + ") {} }"))
                .isEmpty();
    }

    @Test
    void clockSleepAndChanceAreFoundHoweverTheyAreSpelled() throws IOException {
        assertThat(findings(MAIN, "class Sample { long f() { return java.lang.System.nanoTime(); } }"))
                .hasSize(1);
        assertThat(findings(MAIN, "class Sample { java.util.function.LongSupplier f = System::currentTimeMillis; }"))
                .hasSize(1);
        assertThat(findings(MAIN, "import static java.lang.System.nanoTime; class Sample { long f = nanoTime(); }"))
                .hasSize(1);
        assertThat(findings(MAIN, "class Sample { Object f = new java.util.Random(7); }"))
                .hasSize(1);
        assertThat(findings(MAIN, "class Sample { void f() throws Exception { Thread.sleep(1); } }"))
                .hasSize(1);
    }

    @Test
    void testMaySeedAGeneratorAndReadTheClockButNotSleep() throws IOException {
        assertThat(findings(
                        TEST, "class SampleTest { Object f = new java.util.Random(7); long g = System.nanoTime(); }"))
                .isEmpty();
        assertThat(findings(TEST, "class SampleTest { Object f = new java.util.Random(); }"))
                .hasSize(1);
        assertThat(findings(TEST, "class SampleTest { void f() throws Exception { Thread.sleep(1); } }"))
                .hasSize(1);
    }

    @Test
    void adapterMayDoWhatItsLineSaysAndALineNobodyNeedsIsFound() throws IOException {
        Tidy.Adapters adapters = Tidy.Adapters.parse(
                List.of("# comment", "", MAIN + " | System.nanoTime | the clock", MAIN + " | Thread.sleep | nothing"));
        Tidy tidy = new Tidy(adapters);

        tidy.checkJava(Map.of(MAIN, "/** . */ class Sample { long f = System.nanoTime(); }"));

        assertThat(tidy.findings()).isEmpty();
        assertThat(adapters.unused()).containsExactly(new Tidy.Adapter(MAIN, "Thread.sleep"));
        assertThatThrownBy(() -> Tidy.Adapters.parse(List.of(MAIN + " | System.nanoTime | ")))
                .hasMessageContaining("reason");
    }

    @Test
    void lockInTheCoreEmptyNameMissingJavadocAndUnfinishedWorkAreFound() throws IOException {
        assertThat(findings(CORE, "class Sample { synchronized void f() { synchronized (this) {} } }"))
                .hasSize(2);
        assertThat(findings(MAIN, "class LogManager {}")).hasSize(1);
        assertThat(findings(MAIN, "public class Sample {}"))
                .containsExactly(MAIN + ":1: Sample is public and has no Javadoc");
        assertThat(findings(MAIN, "/** A sample. */ public class Sample {}")).isEmpty();
        assertThat(findings(MAIN, "// TO" + "DO later")).hasSize(1);
    }

    private static List<String> findings(String path, String text) throws IOException {
        Tidy tidy = new Tidy(Tidy.Adapters.parse(List.of()));
        tidy.checkText(path, text);
        tidy.checkJava(Map.of(path, text));
        return tidy.findings();
    }

    /** The directory above the working directory that has the parent pom's settings. */
    private static Path checkout() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            Path parent = directory.getParent();
            assertThat(parent)
                    .as("a directory with .mvn above the working directory")
                    .isNotNull();
            directory = parent;
        }
        return directory;
    }
}
