#!/bin/sh
# A sweep with GNU parallel: here on this machine, with --sshloginfile on several that share a folder.
seq 8 | parallel --retries 3 'archsim sweep shop.lua -s rate=100..1000:100/s --shard {}/8 --out sweep -j1 -q || [ $? -eq 1 ]'
archsim merge sweep -o shop.sqlite
