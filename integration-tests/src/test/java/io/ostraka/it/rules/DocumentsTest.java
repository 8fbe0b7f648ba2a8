package io.ostraka.it.rules;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the documents to what is in the checkout: files, tests and quoted code. */
final class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Pattern TEST = Pattern.compile("`(?:([a-z]+)/)?([A-Z]\\w+)#(\\w+)`");
    private static final Pattern JAVA = Pattern.compile("(?s)\\n```java\\n(.*?)\\n```\\n");
    private static final Path EXAMPLES = Path.of("client/examples/src/main/java/io/ostraka/examples");

    private final Path checkout = Checkout.root();

    @Test
    void everyTestNamedAmongTheRegressionsExists() throws IOException {
        assertThat(testsNamedIn("docs/regressions.md")).isGreaterThan(100);
    }

    @Test
    void everyTestNamedAmongTheClassicScenariosExists() throws IOException {
        assertThat(testsNamedIn("docs/testing.md")).isGreaterThan(35);
    }

    private long testsNamedIn(String document) throws IOException {
        String table = Files.readString(checkout.resolve(document));
        List<Path> tests = filesBelow(checkout, "src/test/java", ".java");
        List<String> missing = new ArrayList<>();
        for (MatchResult named : TEST.matcher(table).results().toList()) {
            if (!isThere(tests, named)) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        return TEST.matcher(table).results().count();
    }

    private static boolean isThere(List<Path> tests, MatchResult named) throws IOException {
        String module = named.group(1);
        for (Path file : tests) {
            boolean rightModule = module == null || file.toString().contains("/" + module + "/src/test/");
            if (rightModule
                    && file.endsWith(named.group(2) + ".java")
                    && Files.readString(file).contains("void " + named.group(3) + "(")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path document : documents()) {
            for (MatchResult link :
                    LINK.matcher(Files.readString(document)).results().toList()) {
                String target = link.group(1);
                boolean elsewhere = target.startsWith("https://");
                if (!elsewhere && !Files.exists(document.resolveSibling(target))) {
                    dead.add(checkout.relativize(document) + ": " + target);
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void readmeQuotesTheExampleWordForWord() throws IOException {
        StringBuilder examples = new StringBuilder();
        for (String name : List.of("QuickStart", "ClusterInATest")) {
            examples.append(withoutIndent(Files.readString(checkout.resolve(EXAMPLES.resolve(name + ".java")))));
        }
        String example = examples.toString();
        String readme = Files.readString(checkout.resolve("README.md"));
        List<String> quoted =
                JAVA.matcher(readme).results().map(match -> match.group(1)).toList();

        assertThat(quoted).hasSize(2).allSatisfy(code -> assertThat(example).contains(withoutIndent(code)));
    }

    private List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(filesBelow(checkout.resolve("docs"), "", ".md"));
        try (Stream<Path> top = Files.list(checkout)) {
            top.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        return documents;
    }

    private static List<Path> filesBelow(Path root, String within, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .filter(file -> file.toString().contains(within))
                    .sorted()
                    .toList();
        }
    }

    private static String withoutIndent(String text) {
        return text.lines().map(String::strip).collect(joining("\n"));
    }
}
