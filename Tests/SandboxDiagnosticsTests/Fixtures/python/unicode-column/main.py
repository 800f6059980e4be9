s = 'naïve 😀'; n = int(s)
