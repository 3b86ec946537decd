-- expect: 50000000 steps
::again::
goto again
