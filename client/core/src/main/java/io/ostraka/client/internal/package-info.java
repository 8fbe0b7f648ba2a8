/**
 * Internals of the client library: threads, streams and the wire around the decisions of {@code internal.routing}. Not
 * for users.
 */
@NullMarked
package io.ostraka.client.internal;

import org.jspecify.annotations.NullMarked;
