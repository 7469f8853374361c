#!/usr/bin/env node
// In the repository, because npm links a bin at install time, before anything has been built.
import '../dist/main.js';
