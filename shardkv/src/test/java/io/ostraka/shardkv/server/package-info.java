/** Tests of a node's services and decisions. */
@NullMarked
package io.ostraka.shardkv.server;

import org.jspecify.annotations.NullMarked;
