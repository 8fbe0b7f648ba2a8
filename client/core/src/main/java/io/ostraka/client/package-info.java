/** The client library: linearizable reads and writes, routed to the group that holds each key. */
@NullMarked
package io.ostraka.client;

import org.jspecify.annotations.NullMarked;
