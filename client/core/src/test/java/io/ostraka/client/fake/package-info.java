/** Servers for tests, scripted by them: real sockets, no cluster behind. */
@NullMarked
package io.ostraka.client.fake;

import org.jspecify.annotations.NullMarked;
