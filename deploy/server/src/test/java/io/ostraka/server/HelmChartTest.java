package io.ostraka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.ostraka.cli.Console;
import io.ostraka.server.config.ProcessOptions;
import io.ostraka.server.config.Setting;
import io.ostraka.server.config.Settings;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The chart as Helm itself renders it, held to the fields that the objects of Kubernetes have, to what the program
 * takes and to what restricted pods may do. No Kubernetes takes part.
 */
final class HelmChartTest {

    private static final Path CHART = Checkout.root().resolve("deploy/helm/ostraka");
    private static final Set<Setting> SET_BY_THE_CHART =
            EnumSet.of(Setting.ROLES, Setting.LISTEN, Setting.ADVERTISE, Setting.DATA, Setting.CONTROLLERS);
    private static final Map<String, String> API_VERSIONS = Map.of(
            "Service", "v1",
            "StatefulSet", "apps/v1",
            "PodDisruptionBudget", "policy/v1",
            "Job", "batch/v1",
            "NetworkPolicy", "networking.k8s.io/v1");
    /** A value for everything that is empty or off by default. */
    private static final String[] EVERY_OPTION = {
        "image.digest=sha256:" + "0".repeat(64),
        "imagePullSecrets[0]=secret",
        "fullnameOverride=kv",
        "settings.read-mode=lease",
        "networkPolicy.enabled=true",
        "nodes.storage.className=-",
        "nodes.antiAffinity=required",
        "nodes.nodeSelector.disk=fast",
        "nodes.tolerations[0].key=dedicated",
        "nodes.tolerations[0].operator=Exists",
        "nodes.priorityClassName=high",
        "nodes.podAnnotations.note=text",
        "controllers.storage.className=fast",
        "controllers.antiAffinity=none"
    };

    @Test
    void lintFindsNothingWrong() {
        assertThat(new Helm(CHART).lint().strict().call().isFailed()).isFalse();
    }

    @Test
    void versionOfTheApplicationIsThatOfTheBuild() throws IOException {
        Part chart =
                new Part(yaml(Files.readString(CHART.resolve("Chart.yaml"))).get(0));
        Matcher version = Pattern.compile("<artifactId>ostraka-parent</artifactId>\\s*<version>(.*)</version>")
                .matcher(Files.readString(Checkout.root().resolve("pom.xml")));

        assertThat(version.results().map(match -> match.group(1))).containsExactly(chart.text("appVersion"));
    }

    @Test
    void everyObjectHasTheFieldsOfItsKindAndNoOthers() {
        assertThat(render()).hasSize(8).allSatisfy(HelmChartTest::isOfItsKind);
        assertThat(render(EVERY_OPTION)).hasSize(9).allSatisfy(HelmChartTest::isOfItsKind);
    }

    @Test
    void processesAndTheJobAreGivenWhatTheProgramTakes() {
        for (Part pod : pods(render())) {
            Part container = pod.list("containers").get(0);
            List<String> arguments = container.texts("args");
            assertThatCode(() -> Main.commandLine(Console.system()).parseArgs(arguments.toArray(String[]::new)))
                    .doesNotThrowAnyException();
            if (!arguments.get(0).equals("setup")) {
                assertThat(ProcessOptions.of(Settings.resolve(Map.of(), environment(container), null))
                                .controllers())
                        .hasSize(3);
            }
        }
    }

    @Test
    void jobLetsEachThreeNodesJoinUnderTheNamesThatTheyAdvertise() {
        List<Part> all = render("nodes.replicas=9");
        Part nodes = named(all, "StatefulSet", "kv-ostraka-node");
        String advertised = environment(pod(nodes).list("containers").get(0)).getOrDefault("OSTRAKA_ADVERTISE", "");
        List<String> groups = new ArrayList<>();
        for (int group = 0; group < 3; group++) {
            List<String> members = new ArrayList<>();
            for (int member = 0; member < 3; member++) {
                members.add(advertised.replace("$(POD_NAME)", "kv-ostraka-node-" + (3 * group + member)));
            }
            groups.add(101 + group + "=" + String.join(",", members));
        }

        assertThat(pod(kind(all, "Job").get(0)).list("containers").get(0).texts("args"))
                .endsWith(groups.toArray(String[]::new));
    }

    @Test
    void everyPodMayRunWherePodsAreRestricted() {
        assertThat(pods(render())).hasSize(3).allSatisfy(pod -> {
            Part security = pod.part("securityContext");
            Part container = pod.list("containers").get(0);
            Part own = container.part("securityContext");
            assertThat(security.value("runAsNonRoot")).isEqualTo(true);
            assertThat(security.value("runAsUser")).isEqualTo(65532);
            assertThat(security.part("seccompProfile").value("type")).isEqualTo("RuntimeDefault");
            assertThat(own.value("allowPrivilegeEscalation")).isEqualTo(false);
            assertThat(own.value("readOnlyRootFilesystem")).isEqualTo(true);
            assertThat(own.part("capabilities").texts("drop")).containsExactly("ALL");
            assertThat(pod.value("automountServiceAccountToken")).isEqualTo(false);
            assertThat(container.part("resources").part("limits").value("memory"))
                    .isEqualTo(container.part("resources").part("requests").value("memory"));
        });
    }

    @Test
    void readyMeansServesAndAliveMeansAnswers() throws IOException {
        List<String> ofTheImage = healthCheckOfTheImage();
        for (Part set : kind(render(), "StatefulSet")) {
            Part container = pod(set).list("containers").get(0);
            for (String probe : List.of("readinessProbe", "livenessProbe", "startupProbe")) {
                assertThat(probe(container, probe))
                        .startsWith(ofTheImage
                                .subList(0, ofTheImage.indexOf("health") + 1)
                                .toArray(String[]::new));
            }
            assertThat(probe(container, "readinessProbe")).containsSubsequence("health", "--serving", "--timeout");
            assertThat(probe(container, "livenessProbe")).contains("health").doesNotContain("--serving");
            assertThat(probe(container, "startupProbe")).contains("health").doesNotContain("--serving");
            // One pod after the other, each once the one before is ready.
            assertThat(set.part("spec").part("updateStrategy").values()).isEqualTo(Map.of("type", "RollingUpdate"));
        }
    }

    @Test
    void everySelectorFindsItsPodsAndThoseThatAreNotReadyHaveNames() {
        List<Part> all = render();
        for (Part set : kind(all, "StatefulSet")) {
            String name = set.part("spec").text("serviceName");
            Object labels = set.part("spec").part("selector").value("matchLabels");
            Part service = named(all, "Service", name).part("spec");
            Part budget = named(all, "PodDisruptionBudget", name).part("spec");
            assertThat(service.value("publishNotReadyAddresses")).isEqualTo(true);
            assertThat(service.value("clusterIP")).isEqualTo("None");
            assertThat(service.value("selector")).isEqualTo(labels);
            assertThat(budget.part("selector").value("matchLabels")).isEqualTo(labels);
            assertThat(budget.value("maxUnavailable")).isEqualTo(1);
            Part template = set.part("spec").part("template").part("metadata").part("labels");
            assertThat(template.values().entrySet())
                    .containsAll(((Map<?, ?>) labels)
                            .entrySet().stream()
                                    .map(entry -> Map.entry(String.valueOf(entry.getKey()), entry.getValue()))
                                    .toList());
        }
        assertThat(named(all, "Service", "kv-ostraka").part("spec").value("selector"))
                .isEqualTo(named(all, "Service", "kv-ostraka-controller")
                        .part("spec")
                        .value("selector"));
    }

    @Test
    void jobThatHasSomethingElseToDoAndNoOtherHasAnotherName() {
        assertThat(jobName()).isNotEqualTo(jobName("nodes.replicas=9")).isEqualTo(jobName("logLevel=debug"));
    }

    @Test
    void valuesThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> render("nodes.replicas=7")).hasMessageContaining("multiple of replicasPerGroup");
        assertThatThrownBy(() -> render("nodes.replica=6")).hasMessageContaining("replica");
        assertThatThrownBy(() -> render("settings.listen=here")).hasMessageContaining("listen");
        assertThatThrownBy(() -> render("settings.shutdown-grace-millis=90000"))
                .hasMessageContaining("terminationGracePeriodSeconds");
    }

    @Test
    void settingsOfTheSchemaAreThoseOfTheProgramAndArriveUnchanged() throws IOException {
        Part settings = new Part(yaml(Files.readString(CHART.resolve("values.schema.json")))
                        .get(0))
                .part("properties")
                .part("settings")
                .part("properties");
        Part container = pod(named(render("settings.store-cache-bytes=1073741824"), "StatefulSet", "kv-ostraka-node"))
                .list("containers")
                .get(0);

        assertThat(settings.values().keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Setting.values())
                        .filter(setting -> !SET_BY_THE_CHART.contains(setting))
                        .map(Setting::key)
                        .toList());
        assertThat(environment(container)).containsEntry("OSTRAKA_STORE_CACHE_BYTES", "1073741824");
    }

    @Test
    void machinesAreSharedOrNotAsTheValuesSay() {
        assertThat(affinity("required")).containsKey("requiredDuringSchedulingIgnoredDuringExecution");
        assertThat(affinity("preferred")).containsKey("preferredDuringSchedulingIgnoredDuringExecution");
    }

    /** Fails if the object has a field that its kind has not, lacks one that it needs, or has one of another type. */
    private static void isOfItsKind(Part object) throws ReflectiveOperationException {
        String kind = object.text("kind");
        assertThat(object.value("apiVersion")).isEqualTo(API_VERSIONS.get(kind));
        JsonElement json = new Gson().toJsonTree(object.values());
        Class<?> model = Class.forName("io.kubernetes.client.openapi.models.V1" + kind);
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            model.getMethod("fromJson", String.class).invoke(null, json.toString());
        } catch (InvocationTargetException e) {
            throw new AssertionError(kind + ": " + e.getCause(), e);
        }
    }

    private static List<String> healthCheckOfTheImage() throws IOException {
        String words = Files.readString(Checkout.root().resolve("deploy/docker/Dockerfile"))
                .lines()
                .dropWhile(line -> !line.startsWith("HEALTHCHECK"))
                .filter(line -> line.contains("CMD ["))
                .map(line -> line.substring(line.indexOf('[')))
                .findFirst()
                .orElseThrow();
        return new Part(yaml("words: " + words).get(0)).texts("words");
    }

    private static Map<String, Object> affinity(String value) {
        Part nodes = named(render("nodes.antiAffinity=" + value), "StatefulSet", "kv-ostraka-node");
        return pod(nodes).part("affinity").part("podAntiAffinity").values();
    }

    private static String jobName(String... values) {
        return String.valueOf(
                kind(render(values), "Job").get(0).part("metadata").value("name"));
    }

    private static List<String> probe(Part container, String name) {
        return container.part(name).part("exec").texts("command");
    }

    private static Map<String, String> environment(Part container) {
        Map<String, String> environment = new TreeMap<>();
        for (Part variable : container.list("env")) {
            environment.put(
                    variable.text("name"), String.valueOf(variable.values().get("value")));
        }
        return environment;
    }

    private static List<Part> pods(List<Part> all) {
        return all.stream()
                .filter(part -> part.part("spec").values().containsKey("template"))
                .map(HelmChartTest::pod)
                .toList();
    }

    private static Part pod(Part workload) {
        return workload.part("spec").part("template").part("spec");
    }

    private static List<Part> kind(List<Part> all, String kind) {
        return all.stream().filter(part -> part.value("kind").equals(kind)).toList();
    }

    private static Part named(List<Part> all, String kind, String name) {
        return kind(all, kind).stream()
                .filter(part -> part.part("metadata").value("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Part> render(String... values) {
        TemplateCommand template =
                new Helm(CHART).template().withName("kv").withNamespace("data").withKubeVersion("1.31.0");
        for (String value : values) {
            String[] pair = value.split("=", 2);
            template.set(pair[0], pair[1]);
        }
        return yaml(template.call()).stream().map(Part::new).toList();
    }

    private static List<Map<String, Object>> yaml(String text) {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
            documents.add(Part.map(document));
        }
        return documents;
    }

    /** A part of a rendered object; what is asked for must be there. */
    private record Part(Map<String, Object> values) {

        static Map<String, Object> map(Object value) {
            Map<String, Object> map = new TreeMap<>();
            ((Map<?, ?>) value).forEach((key, one) -> map.put(String.valueOf(key), one));
            return map;
        }

        Object value(String key) {
            Object value = values.get(key);
            if (value == null) {
                throw new AssertionError(key + " is missing in " + values);
            }
            return value;
        }

        String text(String key) {
            return String.valueOf(value(key));
        }

        Part part(String key) {
            return new Part(map(value(key)));
        }

        List<Part> list(String key) {
            return ((List<?>) value(key))
                    .stream().map(one -> new Part(map(one))).toList();
        }

        List<String> texts(String key) {
            return ((List<?>) value(key)).stream().map(String::valueOf).toList();
        }
    }
}
