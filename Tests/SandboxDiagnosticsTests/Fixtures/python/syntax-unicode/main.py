name = 'é' + 'ü' if then
