/**
 * The client's decisions, without thread, clock or socket: where a request goes, when it is sent again, how it ends.
 */
@NullMarked
package io.ostraka.client.internal.routing;

import org.jspecify.annotations.NullMarked;
