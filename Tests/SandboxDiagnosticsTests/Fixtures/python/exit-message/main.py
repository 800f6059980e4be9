raise SystemExit('no such account')
