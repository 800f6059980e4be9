// Put before a C program that failed at an assertion, for its second run: notes an operand, and is its value.
// No header is read here, for what the program defines before it reads one has to count.
int ocisandbox_note_begin(void);
void ocisandbox_integer(int, const char *, long long);
void ocisandbox_natural(int, const char *, unsigned long long);
void ocisandbox_truth(int, const char *, int);
void ocisandbox_real(int, const char *, long double);
void ocisandbox_character(int, const char *, int);
void ocisandbox_pointer(int, const char *, const volatile void *);
void ocisandbox_string(int, const char *, const char *);

#define ocisandbox_note(number, text, ...)                                                                    \
  ({                                                                                                          \
    __auto_type ocisandbox_value = (__VA_ARGS__);                                                             \
    _Generic(ocisandbox_value,                                                                                \
        _Bool: ocisandbox_truth, char: ocisandbox_character, char *: ocisandbox_string,                       \
        const char *: ocisandbox_string, signed char: ocisandbox_integer, short: ocisandbox_integer,          \
        int: ocisandbox_integer, long: ocisandbox_integer, long long: ocisandbox_integer,                     \
        unsigned char: ocisandbox_natural, unsigned short: ocisandbox_natural, unsigned: ocisandbox_natural,  \
        unsigned long: ocisandbox_natural, unsigned long long: ocisandbox_natural, float: ocisandbox_real,    \
        double: ocisandbox_real, long double: ocisandbox_real, default: ocisandbox_pointer)(                  \
        number, text, ocisandbox_value);                                                                      \
    ocisandbox_value;                                                                                         \
  })
