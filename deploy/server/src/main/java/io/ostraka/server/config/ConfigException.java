package io.ostraka.server.config;

/**
 * Says that the configuration of a process cannot be used: which setting, what is wrong with it, and what to write
 * instead.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates the error with a message for the person who wrote the configuration. */
    public ConfigException(String message) {
        super(message);
    }

    /** Creates the error with its cause, for example a file that could not be read. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
