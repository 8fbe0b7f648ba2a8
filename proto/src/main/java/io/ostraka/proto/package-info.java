/**
 * The wire contract: what client and servers must agree on to the byte, such as the shard of a key, the limits and the
 * protocol version.
 */
@NullMarked
package io.ostraka.proto;

import org.jspecify.annotations.NullMarked;
