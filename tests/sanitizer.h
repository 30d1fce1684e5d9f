/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test cannot do under a sanitizer, for the sanitizer's own sake.
 *
 * FORK_AMONG_THREADS: AddressSanitizer's allocator has locks that it does not take care of at a
 * fork (before LLVM 17): a child forked while another thread was inside malloc hangs in its own.
 * THREADS_IN_CHILD: ThreadSanitizer cannot follow new threads in the child of a process that has
 * threads.
 */
#ifndef TEST_SANITIZER_H
#define TEST_SANITIZER_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_THREAD__
#define THREADS_IN_CHILD 0
#else
#define THREADS_IN_CHILD 1
#endif

#ifdef __SANITIZE_ADDRESS__
#define FORK_AMONG_THREADS 0
#else
#define FORK_AMONG_THREADS 1
#endif

#endif
