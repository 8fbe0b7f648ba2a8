/**
 * The demonstration: a cluster of child processes under load, while groups join and leave and processes are killed, and
 * at the end every byte read back.
 */
@NullMarked
package io.ostraka.server.demo;

import org.jspecify.annotations.NullMarked;
