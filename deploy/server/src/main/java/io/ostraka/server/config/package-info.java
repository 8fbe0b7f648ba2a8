/** What a server process can be told: each setting with its name, default and origin. */
@NullMarked
package io.ostraka.server.config;

import org.jspecify.annotations.NullMarked;
