package io.ostraka.proto.config;

/** What came of applying a change to a configuration. */
public sealed interface Extension {

    /**
     * The change extends the configuration.
     *
     * @param config the configuration after the change
     */
    record Extended(ClusterConfig config) implements Extension {}

    /**
     * The change does not extend the configuration, which stays as it is: ask for the whole one.
     *
     * @param why what does not fit
     */
    record Refused(String why) implements Extension {}
}
